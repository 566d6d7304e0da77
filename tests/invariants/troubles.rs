//! What can be wrong with each object of a random world, a line each; a `;` separates lines of one
//! trouble.
//!
//! It knows nothing of how often anything is wrong. Invariant: each line can stand in the object's table.

pub const PARAMETERS: &str = r#"
rtt_p99_percent = 100
loss = "5 %"; retransmission_timeout = "200 ms"
throttle_concurrency = 1
throttle_burst = "50 ms"; throttle_cutoff = "100 ms"
throttle_external_callers = false
connection_idle = "0 s"
connect_timeout = "5 s"
http_timeout = "10 s"
relationship_cache_life = "0 s"
uri_cache_life = "10 min"; uri_cache_entries = 2
directory_resolution = { dist = "exponential", mean = "9 s" }
dns_cold = { dist = "exponential", mean = "9 s" }
autodiscover_service = { dist = "exponential", mean = "9 s" }
availability_fixed = { dist = "exponential", mean = "9 s" }
client_delay = { dist = "exponential", mean = "9 s" }
oauth_service = { dist = "exponential", mean = "9 s" }
token_validation = { dist = "constant", value = "0 s" }
dns_warm = { dist = "constant", value = "0 s" }
outbound_cpu = "0 s"
deadline_poll = "250 ms"; availability_deadline = "700 ms"
"#;

pub const RULES: &str = r#"
uri_cache_rule = "intended"
negative_uri_life = "hour"
target_reads_free_busy_access = true
token_cache = "per-user-target-offer"
token_cache_entries = 1
"#;

pub const GATEWAY: &str = r#"
state = "down"
state = "refusing"
state = "failing"
state = "stalled"
tls_versions = ["1.3"]
tls_issuer = "Home-made"
tls_not_after = 2026-03-02T09:00:00Z
closed_from = "+40 min"
metadata_state = "down"
signing_certificate_life = "31 d"
"#;

pub const GATEWAY_CLOCK: &str = r#"
clock_offset = "+4 min"
clock_offset = "-4 min"
clock_offset = "+11 min"
clock_offset = "-11 min"
"#;

pub const GATEWAY_LOAD: &str = r#"
token_service_time = { dist = "exponential", mean = "9 s" }
servers = 1; queue_max = 0
"#;

pub const GATEWAY_CHANGES: &str = r#"
state = "down"
state = "refusing"
state = "failing"
state = "stalled"
metadata_state = "down"
clock_offset = "+7 min"
"#;

pub const ORGANIZATION: &str = r#"
setup = "unfederated"
gateway = "sovereign"
events_per_week = 3000
exchange = "2007 SP2"
exchange = "2010 RTM"
exchange = "2010 SP1"
"#;

pub const IDENTIFIER: &str = r#"
enabled = false
exists = false
default_domain = "elsewhere.example"
account_namespace = "elsewhere.example"
"#;

pub const CERTIFICATE: &str = r#"
not_after = "+70 min"
not_before = "+30 min"
not_after = 2026-02-20T00:00:00Z
key_provider = "cng"
"#;

pub const TRUST: &str = r#"
exists = false
token_issuer_uri = ""
token_issuer_epr = ""
token_issuer_epr = "https://nobody.example/extSTS.srf"
application_uri = ""
application_uri = "elsewhere.example"
organization_certificate = ""
organization_certificate = "old"
registered = false
registered_domains = []
registered_namespace = "elsewhere.example"
"#;

pub const TRUST_REFRESH: &str = r##"
token_issuer_certificate = "#0"
token_issuer_certificate = "#1"
token_issuer_certificate = ""
token_issuer_previous_certificate = "#0"
registered_certificate = "old"
registered_certificate = ""
automatic_refresh = false
automatic_refresh = true
"##;

pub const ORGANIZATION_CHANGES: &str = r##"
identifier.enabled = false
trust.exists = false
trust.registered = false
trust.application_uri = "elsewhere.example"
trust.organization_certificate = "old"
trust.registered_certificate = "old"
trust.token_issuer_certificate = "#1"
mailbox.kim.calendar_default = "None"
mailbox.lee.calendar_default = "LimitedDetails"
mailbox.kim.state = "unavailable"
"##;

pub const SERVER: &str = r#"
state = "down"
directory = "unreachable"
internet_facing = false
threads = 1; queue_max = 0
threads = 1
trusted_roots = []
tls_versions = ["1.0"]
direct_internet = false
version = "2010 SP3"
version = "2007 SP2"
site = "annex"
mean_time_between_failures = "10 min"; mean_time_to_repair = "5 min"
"#;

pub const SERVER_CLOCK: &str = r#"
clock_offset = "+4 min"
clock_offset = "-4 min"
clock_offset = "+6 min"
clock_offset = "-6 min"
"#;

pub const SERVER_DIRECTORIES: &str = r#"
ews.ws_security = false
ews.oauth = false
ews.external_url = ""
ews.external_url = "https://nobody.example/EWS/Exchange.asmx"
ews.windows = false
ews.pool = "stopped"
ews.pool = "failed"
autodiscover.ws_security = false
autodiscover.pool = "stopped"
web_proxy = { host = "proxy", authentication = "required" }
web_proxy = { host = "proxy", state = "down" }
certificate.federation = "missing"
certificate.old = "unusable"
"#;

pub const SERVER_CHANGES: &str = r#"
state = "down"
ews.ws_security = false
ews.pool = "stopped"
ews.external_url = ""
autodiscover.ws_security = false
clock_offset = "+9 min"
certificate.federation = "no-private-key"
"#;

pub const HOST: &str = r#"
state = "down"
state = "refusing"
tls_issuer = "Home-made"
tls_names = ["elsewhere.example"]
tls_versions = ["1.3"]
tls_not_after = "+30 min"
paths = ["ews"]
paths = ["autodiscover"]
preauthentication = "forms"
strips_soap_header = true
servers = []
redirect = "https://mail.fabrikam.com/autodiscover/autodiscover.svc/WSSecurity"
redirect = "https://autodiscover.contoso.com/autodiscover/autodiscover.svc/WSSecurity"
"#;

pub const HOST_CHANGES: &str = r#"
state = "down"
state = "refusing"
servers = []
"#;

pub const FIREWALL: &str = r#"
direction = "out"; action = "drop"
direction = "in"; action = "reset"
direction = "out"; action = "reset"; peer = "business"
direction = "in"; action = "drop"; peer = "contoso"
"#;

pub const MAILBOX: &str = r#"
calendar = "missing"
state = "unavailable"
state = "failing-over"
identity_type = "upn"
immutable_id = "x@elsewhere.example"
events_per_week = 1500
"#;

pub const RELATIONSHIP: &str = r#"
exists = false
enabled = false
domain_names = ["elsewhere.example"]
target_application_uri = "elsewhere.example"
target_application_uri = "FYDIBOHF25SPDLT.contoso.com"
target_application_uri = ""
target_token_issuer = "uri:elsewhere"
target_autodiscover_epr = ""
target_autodiscover_epr = "https://nobody.example/autodiscover/autodiscover.svc/WSSecurity"
target_autodiscover_epr = "https://mail.contoso.com/autodiscover/autodiscover.svc/WSSecurity"
target_autodiscover_epr = "https://autodiscover.fabrikam.com/autodiscover/autodiscover.svc"
target_autodiscover_epr = "https://autodiscover.fabrikam.com/autodiscover.svc"
"#;

pub const RELATIONSHIP_CHANGES: &str = r#"
enabled = false
exists = false
free_busy_access = false
free_busy_level = "None"
free_busy_level = "AvailabilityOnly"
"#;

pub const CONNECTOR: &str = r#"
oauth = "token-refused"
oauth = "token-rejected"
enabled = false
"#;

pub const LINK: &str = r#"
state = "down"
loss = "60 %"
on_failure = "drop"
"#;

pub const RESOLVER: &str = r#"
state = "silent"
state = "servfail"
positive_cap = "1 min"
"#;

pub const ZONE: &str = r#"
state = "servfail"
state = "silent"
state = "absent"
ttl = "0 s"
delay = { dist = "exponential", mean = "3 s" }
"#;

pub const ZONE_CHANGES: &str = r#"
state = "servfail"
state = "silent"
state = "absent"
"#;
