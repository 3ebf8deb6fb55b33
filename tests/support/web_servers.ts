import { delay } from "@std/async";
import { freePort } from "./free_port.ts";
import { TemporaryDirectory } from "./temporary_directory.ts";

/** How a web server is started on a directory. */
export interface WebServerKind {
  readonly name: string;
  readonly program: string;
  /** The configuration for the files in `root`; the server keeps its own in `own`. */
  config(at: { root: string; own: string; port: number }): string;
  args(config: string): readonly string[];
}

const nginx: WebServerKind = {
  name: "nginx",
  program: "nginx",
  config: ({ root, own, port }) => `
    daemon off; master_process off; pid ${own}/pid;
    error_log ${own}/error.log;
    events {}
    http {
      access_log off;
      types { text/csv csv; application/json json; }
      client_body_temp_path ${own}/a; proxy_temp_path ${own}/b;
      fastcgi_temp_path ${own}/c; uwsgi_temp_path ${own}/d;
      scgi_temp_path ${own}/e;
      gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;
      server {
        listen 127.0.0.1:${port};
        root ${root};
        location /coded/ {
          alias ${root}/; default_type text/csv;
          location ~ [.]gz$ { add_header Content-Encoding gzip; }
        }
        location /always/ { alias ${root}/always/; gzip_static always; }
        location /nohead/ {
          alias ${root}/;
          if ($request_method = HEAD) { return 405; }
        }
        location /signed/ {
          alias ${root}/;
          if ($arg_sig != "hidden") { return 403; }
        }
        location /forbidden/ { alias ${root}/; }
        location = /forbidden/index.json { return 403; }
        location /app/ { alias ${root}/; }
        location = /app/index.json {
          alias ${root}/app.html;
          types {} default_type text/html;
        }
      }
    }`,
  args: (config) => ["-c", config],
};

const apache: WebServerKind = {
  name: "Apache",
  program: "apache2",
  config: ({ root, own, port }) => `
    ${
    [
      "mpm_event",
      "authz_core",
      "mime",
      "deflate",
      "filter",
      "rewrite",
      "alias",
      "env",
    ]
      .map((name) =>
        `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`
      ).join("\n")
  }
    ServerName localhost
    ServerRoot ${own}
    PidFile ${own}/pid
    ErrorLog ${own}/error.log
    DefaultRuntimeDir ${own}
    Listen 127.0.0.1:${port}
    <IfModule unixd_module>
      User www-data
      Group www-data
    </IfModule>
    TypesConfig /dev/null
    AddType text/csv .csv
    AddType application/json .json
    AddType text/html .html
    SetOutputFilter DEFLATE
    DocumentRoot ${root}
    RewriteEngine on
    RewriteCond %{REQUEST_METHOD} HEAD
    RewriteRule ^/nohead/ - [R=405,L]
    RewriteCond %{QUERY_STRING} !sig=hidden
    RewriteRule ^/signed/ - [F]
    RewriteCond ${root}/%{REQUEST_URI} !-f
    RewriteRule ^/forbidden/index.json - [F]
    RewriteRule ^/app/index.json ${root}/app.html [L]
    Alias /coded ${root}
    Alias /nohead ${root}
    Alias /signed ${root}
    Alias /forbidden ${root}
    Alias /app ${root}
    <Location /coded>
      AddEncoding x-gzip .gz
      SetEnv no-gzip 1
    </Location>`,
  args: (config) => ["-X", "-f", config],
};

const caddy: WebServerKind = {
  name: "Caddy",
  program: "caddy",
  config: ({ root, port }) => `
    {
      admin off
      auto_https off
    }
    http://127.0.0.1:${port} {
      root * ${root}
      @nohead {
        method HEAD
        path /nohead/*
      }
      @unsigned {
        path /signed/*
        not query sig=hidden
      }
      route {
        respond @nohead 405
        respond @unsigned 403
        respond /forbidden/index.json 403
        rewrite /app/index.json /app.html
        header /coded/*.gz Content-Encoding gzip
        uri path_regexp ^/(coded|nohead|signed|forbidden|app)/ /
        encode zstd gzip
        file_server {
          precompressed gzip
        }
      }
    }`,
  args: (config) => ["run", "--adapter", "caddyfile", "--config", config],
};

export const WEB_SERVERS: readonly WebServerKind[] = [nginx, apache, caddy];

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
