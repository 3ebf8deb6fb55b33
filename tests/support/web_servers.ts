import { delay } from "@std/async";
import { freePort } from "./free_port.ts";
import { TemporaryDirectory } from "./temporary_directory.ts";

/** Where a web server is started, on the files or for the server in `root`. */
export interface WebServerPlace {
  readonly root: string;
  /** The directory in which the server keeps its own files. */
  readonly own: string;
  readonly port: number;
}

/** How a web server is started. */
export interface WebServerKind {
  readonly name: string;
  readonly program: string;
  config(place: WebServerPlace): string;
  args(config: string): readonly string[];
}

/** A kind of nginx: what stands in its `http`, and in its `server`. */
export function nginx(
  name: string,
  server: (place: WebServerPlace) => string,
  http: (place: WebServerPlace) => string = () => "",
): WebServerKind {
  return {
    name,
    program: "nginx",
    config: (place) => `
      daemon off; master_process off; pid ${place.own}/pid;
      error_log ${place.own}/error.log;
      events {}
      http {
        access_log off;
        client_body_temp_path ${place.own}/a; proxy_temp_path ${place.own}/b;
        fastcgi_temp_path ${place.own}/c; uwsgi_temp_path ${place.own}/d;
        scgi_temp_path ${place.own}/e;
        ${http(place)}
        server {
          listen 127.0.0.1:${place.port};
          ${server(place)}
        }
      }`,
    args: (config) => ["-c", config],
  };
}

/** A kind of Apache: its modules besides the ones for every server, and the rest. */
export function apache(
  name: string,
  modules: readonly string[],
  more: (place: WebServerPlace) => string,
): WebServerKind {
  const all = ["mpm_event", "authz_core", "deflate", "filter", ...modules];
  const loaded = all.map((it) =>
    `LoadModule ${it}_module /usr/lib/apache2/modules/mod_${it}.so`
  );
  return {
    name,
    program: "apache2",
    config: (place) => `
      ${loaded.join("\n")}
      ServerName localhost
      ServerRoot ${place.own}
      PidFile ${place.own}/pid
      ErrorLog ${place.own}/error.log
      DefaultRuntimeDir ${place.own}
      Listen 127.0.0.1:${place.port}
      ${more(place)}`,
    args: (config) => ["-X", "-f", config],
  };
}

/** A kind of Caddy: its sites. */
export function caddy(
  name: string,
  sites: (place: WebServerPlace) => string,
): WebServerKind {
  return {
    name,
    program: "caddy",
    config: (place) => `
      {
        admin off
        auto_https off
      }
      ${sites(place)}`,
    args: (config) => ["run", "--adapter", "caddyfile", "--config", config],
  };
}

/** Whether the program of a server is installed. */
export async function isInstalled({ program }: WebServerKind) {
  try {
    await new Deno.Command(program, { args: ["-v"] }).output();
    return true;
  } catch {
    return false;
  }
}

/** A web server as an ordinary process, on a free port of this machine. */
export class WebServer implements AsyncDisposable {
  readonly url: string;
  readonly #own = new TemporaryDirectory();
  readonly #process: Deno.ChildProcess;

  private constructor(kind: WebServerKind, root: string) {
    const port = freePort();
    const own = this.#own.path;
    const config = `${own}/config`;
    Deno.writeTextFileSync(config, kind.config({ root, own, port }));
    this.url = `http://127.0.0.1:${port}`;
    this.#process = new Deno.Command(kind.program, {
      args: [...kind.args(config)],
      env: { HOME: own, XDG_DATA_HOME: own, XDG_CONFIG_HOME: own },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  static async start(kind: WebServerKind, root: string): Promise<WebServer> {
    const server = new WebServer(kind, root);
    for (let tries = 0; tries < 400; tries++) {
      try {
        await (await fetch(server.url)).body?.cancel();
        return server;
      } catch {
        await delay(25);
      }
    }
    await server[Symbol.asyncDispose]();
    throw new Error(`Expected ${kind.name} to start`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
    this.#own[Symbol.dispose]();
  }
}
