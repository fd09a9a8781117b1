//! Which directives there are in nginx, where each may stand and how many words it takes. It must not know what any does.

/// A directive: its name; where it may stand (`m` at the top, `e` events, `h` http, `s` server, `l` location, `i` if, `u`
/// upstream; `*` where it may come more than once); its words (the counts that are right, `+` for one or more, `f` for `on` or
/// `off`, `{` after them for a block).
const NAMES: &str = "\
accept_mutex e f
access_log hsli* +
add_header hsli* 23
alias l 1
allow hsl* 1
auth_basic hsl 1
auth_basic_user_file hsl 1
autoindex hsl f
charset hsli 1
client_body_buffer_size hsl 1
client_body_temp_path hsl +
client_body_timeout hsl 1
client_header_timeout hs 1
client_max_body_size hsl 1
daemon m f
default_type hsl 1
deny hsl* 1
env m* 1
error_log mhsl* +
error_page hsli* +
etag hsl f
events m 0{
expires hsli +
fastcgi_index hsl 1
fastcgi_param hsli* 23
fastcgi_pass li 1
geo h* 12{
gzip hsli f
gzip_comp_level hsl 1
gzip_min_length hsl 1
gzip_proxied hsl +
gzip_types hsl +
gzip_vary hsl f
http m 0{
if sl* +{
index hsl* +
internal l 0
ip_hash u 0
keepalive u 1
keepalive_requests hsl 1
keepalive_timeout hsl 12
least_conn u 0
limit_except l* +{
limit_rate hsli 1
limit_req hsl* +
limit_req_zone h* 3
listen s* +
load_module m* 1
location sl* 12{
log_format h* +
log_not_found hsl f
mail m 0{
map h* 2{
master_process m f
multi_accept e f
pid m 1
proxy_buffering hsl f
proxy_cache hsl 1
proxy_cache_path h* +
proxy_connect_timeout hsl 1
proxy_http_version hsl 1
proxy_pass li 1
proxy_read_timeout hsl 1
proxy_redirect hsl* 12
proxy_set_header hsl* 2
resolver hsl +
return sli* 12
rewrite sli* 23
root hsli 1
satisfy hsl 1
send_timeout hsl 1
sendfile hsli f
server h* 0{
server u* +
server_name s* +
server_names_hash_bucket_size h 1
server_tokens hsl 1
set sli* 2
split_clients h* 2{
ssl hs f
ssl_certificate hs* 1
ssl_certificate_key hs* 1
ssl_ciphers hs 1
ssl_prefer_server_ciphers hs f
ssl_protocols hs +
ssl_session_cache hs 12
ssl_session_timeout hs 1
stream m 0{
stub_status sl 01
sub_filter hsl* 2
tcp_nodelay hsl f
tcp_nopush hsl f
timer_resolution m 1
try_files sl +
types hsl 0{
types_hash_max_size hsl 1
underscores_in_headers hs f
upstream h* 1{
use e 1
user m 12
uwsgi_pass li 1
worker_connections e 1
worker_cpu_affinity m +
worker_priority m 1
worker_processes m 1
worker_rlimit_nofile m 1
worker_shutdown_timeout m 1";

/// What is known of a directive.
pub struct Known {
    /// Whether it may come more than once in a block.
    pub repeats: bool,
    /// Whether a block follows.
    pub block: bool,
    /// Whether it says `on` or `off`.
    pub flag: bool,
    words: &'static str,
}

impl Known {
    /// Whether it takes so many words.
    pub fn takes(&self, count: usize) -> bool {
        match self.words {
            "f" => count == 1,
            "+" => count >= 1,
            counts => counts.bytes().any(|digit| usize::from(digit.wrapping_sub(b'0')) == count),
        }
    }
}

/// A directive at that place.
///
/// # Errors
/// nginx's words where there is none of that name, or not there.
pub fn find(name: &str, place: char) -> Result<Known, String> {
    let mut elsewhere = false;
    for line in NAMES.lines() {
        let mut parts = line.split(' ');
        if parts.next() != Some(name) {
            continue;
        }
        elsewhere = true;
        let places = parts.next().unwrap_or_default();
        let words = parts.next().unwrap_or_default();
        if places.contains(place) {
            let (repeats, block, flag) = (places.ends_with('*'), words.ends_with('{'), words == "f");
            return Ok(Known { repeats, block, flag, words: words.trim_end_matches('{') });
        }
    }
    if elsewhere {
        return Err(["\"", name, "\" directive is not allowed here"].concat());
    }
    Err(["unknown directive \"", name, "\""].concat())
}
