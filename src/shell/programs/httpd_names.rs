//! Which directives there are in Apache 2.4, by the module that has them, and how many words some take (`apache2 -L` lists
//! them). It must not know what any does.

/// Modules that are part of the program.
pub const STATIC: [&str; 7] = ["core", "so", "watchdog", "http", "log_config", "version", "unixd"];

/// A line a module: its name, then its directives. A module without any stands there too: one that does not may have
/// directives that are not known here.
const NAMES: &str = "\
core AcceptPathInfo AccessFileName AddDefaultCharset AllowEncodedSlashes AllowOverride AllowOverrideList CGIMapExtension \
ContentDigest DefaultType DocumentRoot EnableMMAP EnableSendfile ErrorDocument ErrorLog ErrorLogFormat ExtendedStatus \
FileETag ForceType HostnameLookups HttpProtocolOptions KeepAlive KeepAliveTimeout LimitInternalRecursion LimitRequestBody \
LimitRequestFields LimitRequestFieldSize LimitRequestLine LogLevel MaxKeepAliveRequests MaxRanges Mutex NameVirtualHost \
Options Protocol Protocols RegexDefaultOptions RLimitCPU RLimitMEM RLimitNPROC ServerAdmin ServerAlias ServerName \
ServerPath ServerSignature ServerTokens SetHandler SetInputFilter SetOutputFilter TimeOut TraceEnable UseCanonicalName \
UseCanonicalPhysicalPort <Directory <DirectoryMatch <Else <ElseIf <Files <FilesMatch <If <Limit <LimitExcept <Location \
<LocationMatch <VirtualHost AcceptFilter CoreDumpDirectory Listen ListenBacklog MaxClients MaxConnectionsPerChild MaxMemFree \
MaxRequestsPerChild MaxRequestWorkers MaxSpareServers MaxSpareThreads MinSpareServers MinSpareThreads PidFile ScoreBoardFile \
SendBufferSize ServerLimit StartServers ThreadLimit ThreadsPerChild ThreadStackSize CustomLog LogFormat TransferLog LoadFile \
User Group ChrootDir Suexec
access_compat Allow Deny Order Satisfy
alias Alias AliasMatch Redirect RedirectMatch RedirectPermanent RedirectTemp ScriptAlias ScriptAliasMatch
auth_basic AuthBasicAuthoritative AuthBasicProvider
authn_core AuthName AuthType
authn_file AuthUserFile
authz_core AuthMerging Require <RequireAll <RequireAny <RequireNone
authz_groupfile AuthGroupFile
authz_host
authz_user
autoindex AddAlt AddDescription AddIcon AddIconByEncoding AddIconByType DefaultIcon HeaderName IndexIgnore IndexOptions \
IndexOrderDefault IndexStyleSheet ReadmeName
deflate DeflateBufferSize DeflateCompressionLevel DeflateMemLevel DeflateWindowSize
dir DirectoryIndex DirectoryIndexRedirect DirectorySlash FallbackResource
env PassEnv SetEnv UnsetEnv
expires ExpiresActive ExpiresByType ExpiresDefault
filter AddOutputFilterByType FilterChain FilterDeclare FilterProtocol FilterProvider
headers Header RequestHeader
mime AddCharset AddEncoding AddHandler AddInputFilter AddLanguage AddOutputFilter AddType DefaultLanguage RemoveHandler \
RemoveType TypesConfig
mpm_event AsyncRequestWorkerFactor
mpm_prefork
mpm_worker
negotiation CacheNegotiatedDocs ForceLanguagePriority LanguagePriority
php7 PHPINIDir php_admin_flag php_admin_value php_flag php_value
proxy ProxyPass ProxyPassMatch ProxyPassReverse ProxyPreserveHost ProxyRequests ProxyTimeout ProxyVia <Proxy
proxy_http
reqtimeout RequestReadTimeout
rewrite RewriteBase RewriteCond RewriteEngine RewriteMap RewriteOptions RewriteRule
setenvif BrowserMatch BrowserMatchNoCase SetEnvIf SetEnvIfNoCase
status SeeRequestTail
userdir UserDir";

/// Whether a program with these modules has a directive (`<Name` for a section).
pub fn is_known(name: &str, modules: &[String]) -> bool {
    let loaded = |module: &str| module == "core" || modules.iter().any(|one| one == module);
    let lines = || NAMES.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
    let mut known = lines().filter(|(module, _)| loaded(module)).flat_map(|(_, names)| names.split(' '));
    known.any(|own| own.eq_ignore_ascii_case(name))
        || modules.iter().any(|module| lines().all(|(listed, _)| listed != module))
}

/// Where a directive may stand.
pub enum Takes {
    /// Among those of a server, by this name.
    Here(&'static str),
    /// Not known here.
    Anywhere,
}

/// Directives of a server that take so many words, and what Apache calls these.
const WORDS: &[(&str, usize, usize, &str)] = &[
    (
        "CustomLog",
        2,
        3,
        "takes two or three arguments, a file name, a custom log format string or format name, and an \
      optional \"env=\" or \"expr=\" clause (see docs)",
    ),
    (
        "Define",
        1,
        2,
        "takes 1-2 arguments, Define a variable, optionally to a value.  Same as passing -D to the command line.",
    ),
    ("DocumentRoot", 1, 1, "Root directory of the document tree"),
    ("ErrorLog", 1, 1, "The filename of the error log"),
    ("Group", 1, 1, "Effective group id for this server"),
    (
        "Include",
        1,
        1,
        "Name(s) of the config file(s) to be included; fails if the wildcard does not match at least one file",
    ),
    (
        "IncludeOptional",
        1,
        1,
        "Name or pattern of the config file(s) to be included; ignored if the file does not exist or \
      the pattern does not match any files",
    ),
    ("Listen", 1, 2, "requires 1 or 2 arguments."),
    ("LoadModule", 2, 2, "takes two arguments, a module name and the name of a shared object file to load it from"),
    ("LogLevel", 1, 99, "requires at least one argument, Level of verbosity in error logging"),
    ("PidFile", 1, 1, "A file for logging the server process ID"),
    ("ServerAdmin", 1, 1, "The email address of the server administrator"),
    ("ServerName", 1, 1, "The hostname and port of the server"),
    ("ServerRoot", 1, 1, "Common directory of server-related files (logs, confs, etc.)"),
    ("StartServers", 1, 1, "Number of child processes launched at server startup"),
    ("Timeout", 1, 1, "Timeout duration (sec)"),
    ("User", 1, 1, "Effective user id for this server"),
];

/// Whether a directive got as many words as it takes.
///
/// # Errors
/// Apache's words where it did not.
pub fn takes(name: &str, count: usize) -> Result<Takes, String> {
    let Some((own, least, most, words)) = WORDS.iter().find(|entry| entry.0.eq_ignore_ascii_case(name)) else {
        return Ok(Takes::Anywhere);
    };
    if (*least..=*most).contains(&count) {
        return Ok(Takes::Here(own));
    }
    let one = if (least, most) == (&1, &1) { " takes one argument, " } else { " " };
    Err([own, one, words].concat())
}
