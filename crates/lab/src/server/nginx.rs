//! nginx's configuration in each role.

use super::{Made, Role, gate};
use crate::space::Skip;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What it answered, in its directory.
pub const LOG: &str = "access.log";

/// Starts one in the node of this thread.
pub fn start(dir: &Path, configuration: &str) -> Result<Child> {
    let file = dir.join("nginx.conf");
    fs::write(&file, configuration)?;
    let program = ["nginx", "/usr/sbin/nginx"].into_iter().find(|program| {
        Command::new(program).arg("-v").stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    });
    let program =
        program.ok_or_else(|| Skip("nginx is not installed: cargo xtask lab installs it".to_owned()))?;
    Command::new(program)
        .arg("-c")
        .arg(&file)
        .arg("-e")
        .arg(dir.join("error.log"))
        .stdin(Stdio::null())
        .spawn()
        .context("starting nginx")
}

/// Makes a certificate for all nodes, which only a browser that is told so accepts.
pub fn certify(dir: &Path, names: &str) -> Result<()> {
    let subject = format!("subjectAltName=DNS:{names}");
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=Whystall laboratory", "-addext", &subject, "-keyout"])
        .arg(dir.join("key.pem"))
        .arg("-out")
        .arg(dir.join("certificate.pem"))
        .output()
        .map_err(|error| Skip(format!("openssl is needed, and does not start: {error}")))?;
    ensure!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}

/// What it is to do.
pub fn configuration(
    role: Role,
    dir: &Path,
    stage: &Path,
    certificate: &Path,
    origin: Ipv4Addr,
    tells: bool,
    made: Option<Made>,
) -> String {
    let dir = dir.display();
    let root = stage.join(match role {
        Role::Reference => "site",
        Role::Origin | Role::Edge => "stream",
    });
    // Video servers let any page read what they send, and most say nothing of when.
    let served = match role {
        Role::Origin => {
            "add_header Cache-Control 'public, max-age=3600' always; add_header Access-Control-Allow-Origin * always;"
        }
        Role::Reference => {
            "add_header Cache-Control no-store; add_header Access-Control-Allow-Origin * always;"
        }
        Role::Edge => {
            "proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection '';
             proxy_cache kept; proxy_cache_key $uri; proxy_cache_valid 200 1h; proxy_cache_lock on;
             proxy_hide_header Access-Control-Allow-Origin; add_header Access-Control-Allow-Origin * always;
             add_header X-Cache $upstream_cache_status always;
             proxy_ignore_headers Cache-Control; proxy_cache_bypass $changed;"
        }
    };
    let gated = "auth_request /gate; error_page 403 = @reset;
            auth_request_set $rate $upstream_http_x_rate; limit_rate $rate;
            auth_request_set $fresh $upstream_http_x_fresh;";
    let made = made.map_or(String::new(), |Made { stream, licences }| {
        let to = |place, port| {
            format!(
                "location {place} {{
            {gated}
            proxy_pass http://127.0.0.1:{port}; proxy_hide_header Access-Control-Allow-Origin; {served}
        }}"
            )
        };
        [to("~ ^/keys/|^/live/.*(m3u8|mpd)$", stream), to("= /licence", licences)].join("\n        ")
    });
    let rewritten = if matches!(role, Role::Origin) { "rewrite ^/live/(.*)$ /$1 break;" } else { "" };
    // As CloudFront says it.
    let told = match role {
        Role::Edge if tells => "add_header Server-Timing '$behind, cdn-downstream-fbl;dur=$whole' always;",
        _ => "",
    };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {dir}/{kind};\n"))
        .concat();
    format!(
        "worker_processes 1; daemon off; pid {dir}/nginx.pid; user root;
events {{ worker_connections 512; }}
http {{
{temporary}    types {{
        text/html html; text/javascript js; text/css css; image/svg+xml svg; application/json json;
        application/vnd.apple.mpegurl m3u8; application/dash+xml mpd;
        video/mp4 mp4; video/iso.segment m4s; video/mp2t ts; video/webm webm;
    }}
    default_type application/octet-stream;
    tcp_nodelay on; keepalive_timeout 120; keepalive_requests 100000;
    log_format answered escape=json '{{\"at\":$msec,\"took\":$request_time,\"status\":$status,\"bytes\":$body_bytes_sent,\"cache\":\"$upstream_cache_status\",\"protocol\":\"$server_protocol\",\"path\":\"$uri\"}}';
    access_log {dir}/{LOG} answered;
    proxy_cache_path {dir}/cache keys_zone=kept:4m max_size=300m inactive=1h use_temp_path=off;
    # Seconds, made milliseconds.
    map $request_time $whole {{ '~^(\\d+)\\.(\\d+)$' $1$2; }}
    map $upstream_header_time $behind {{
        '~^(\\d+)\\.(\\d+)$' 'cdn-cache-miss, cdn-upstream-fbl;dur=$1$2';
        default cdn-cache-hit;
    }}
    # A playlist of a live stream is asked for anew, unless the server keeps what it has.
    map $fresh$uri $changed {{ '~^1/live/.*(m3u8|mpd)$' 1; default 0; }}
    upstream origin {{ server {origin}; keepalive 16; }}
    upstream gate {{ server 127.0.0.1:{port}; keepalive 16; }}
    server {{
        listen 80 backlog=512;
        listen 443 ssl http2;
        ssl_certificate {certificate}/certificate.pem; ssl_certificate_key {certificate}/key.pem;
        root {root};
        location = /healthy {{ access_log off; return 204; }}
        location = /gate {{
            internal; proxy_pass http://gate; proxy_http_version 1.1; proxy_set_header Connection '';
            proxy_set_header {asked} $request_uri; proxy_pass_request_body off; proxy_set_header Content-Length ''; proxy_read_timeout 120s;
        }}
        location @reset {{ return 444; }}
        location / {{
            {gated}
            {served} {rewritten} {told}
        }}
        {made}
    }}
}}
",
        port = gate::PORT,
        asked = gate::ASKED,
        certificate = certificate.display(),
        root = root.display(),
    )
}
