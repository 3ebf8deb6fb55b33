import {
  apache,
  caddy,
  nginx,
  type WebServerKind,
} from "../../support/web_servers.ts";

/** Web servers on a directory, each with the same peculiar places below it. */
export const WEB_SERVERS: readonly WebServerKind[] = [
  nginx(
    "nginx",
    ({ root }) => `
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
    `,
    () =>
      `types { text/csv csv; application/json json; }
      gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;`,
  ),
  apache(
    "Apache",
    ["mime", "rewrite", "alias", "env"],
    ({ root }) => `
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
  ),
  caddy("Caddy", ({ root, port }) => `
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
    }`),
];
