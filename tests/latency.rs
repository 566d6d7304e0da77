//! How long a request takes, to the nanosecond, when nothing varies: the sum of its round trips and of
//! the work on both sides.
//!
//! A cold request without TargetSharingEpr, with r_g the round trip to the gateway and r_p the one to
//! the partner, over TLS 1.2 (RFC 9293: one round trip; RFC 5246: two; RFC 8446: one):
//! tokens side by side, DNS + 3 r_g + r_g + service; Autodiscover, DNS + 3 r_p + r_p + service;
//! availability, DNS and 3 r_p if its host is a new one, + r_p + service.

mod support;

use fedsim::engine::Span;
use support::run;

const CLIENT: Span = Span::from_milliseconds(3);
const DIRECTORY: Span = Span::from_milliseconds(7);
const OUTBOUND: Span = Span::from_milliseconds(15);
const DNS_WARM: Span = Span::from_microseconds(1_100);
const DNS_COLD: Span = Span::from_milliseconds(41);
const TLS: Span = Span::from_milliseconds(2);
const TOKEN: Span = Span::from_milliseconds(183);
const VALIDATION: Span = Span::from_microseconds(3_300);
const AUTODISCOVER: Span = Span::from_milliseconds(61);
const FIXED: Span = Span::from_milliseconds(25);
const MAILBOX: Span = Span::from_milliseconds(9);
/// 15 entries a week, and a week is asked for, at 50 µs each.
const ENTRIES: Span = Span::from_microseconds(15 * 50);
const OAUTH: Span = Span::from_milliseconds(67);
const COLD_START: Span = Span::from_seconds(8);

/// Round trips, from Contoso to the gateway and to Fabrikam.
const R_G: Span = Span::from_milliseconds(20);
const R_P: Span = Span::from_milliseconds(50);

const WORLD: &str = r#"
fedsim = 1
[run]
length = "2 h"

[parameters]
rtt_p99_percent = 100
rtt_same_city = "6 ms"
rtt_same_continent = "34 ms"
rtt_intercontinental = "110 ms"
client_delay = { dist = "constant", value = "3 ms" }
directory_resolution = { dist = "constant", value = "7 ms" }
outbound_cpu = "15 ms"
dns_warm = { dist = "constant", value = "1100 us" }
dns_cold = { dist = "constant", value = "41 ms" }
tls_cpu = "2 ms"
token_validation = { dist = "constant", value = "3300 us" }
autodiscover_service = { dist = "constant", value = "61 ms" }
availability_fixed = { dist = "constant", value = "25 ms" }
availability_per_mailbox = { dist = "constant", value = "9 ms" }
availability_per_event = "50 us"
oauth_service = { dist = "constant", value = "67 ms" }
pool_cold_start = { dist = "constant", value = "8 s" }

[gateway.business]
token_service_time = { dist = "constant", value = "183 ms" }

[network.link]
"contoso - gateway" = { rtt = "20 ms" }
"contoso - fabrikam" = { rtt = "50 ms" }

[org.contoso]
domains = ["contoso.com"]
mailbox.anna = {}
mailbox.abe = {}

[org.fabrikam]
domains = ["fabrikam.com", "fabrikam.co.uk"]
mailboxes = 9
calendar_default = "LimitedDetails"

[org.tailspin]
domains = ["tailspin.com"]
mailboxes = 9

[relationship."contoso -> fabrikam"]
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "LimitedDetails"
[relationship."contoso -> tailspin"]
free_busy_access = true
[relationship."tailspin -> contoso"]
free_busy_level = "LimitedDetails"
"#;

/// A request of Anna's at this minute.
fn ask(minute: u32, to: &[&str]) -> String {
    format!(
        "[request.at-{minute:02}]\nat = \"+{minute} min\"\nfrom = \"anna@contoso.com\"\nto = {to:?}\n"
    )
}

/// Runs a world, and compares how long each request took, in the order in which they were sent.
fn check(world: &str, requests: &[String], expected: &[Span]) {
    let run = run(&format!("{world}\n{}", requests.concat()));
    let sent = run.federation.requests.iter().map(|row| row.identity);
    let latencies: Vec<Option<Span>> = sent.map(|request| run.latency(request)).collect();
    let expected: Vec<Option<Span>> = expected.iter().copied().map(Some).collect();
    assert_eq!(latencies, expected);
}

/// The world with something in place of something else.
fn with(from: &str, to: &str) -> String {
    assert!(WORLD.contains(from), "the world says `{from}`");
    WORLD.replace(from, to)
}

/// What each request costs at its own server: the way in and back, so many addresses, one group.
fn own(addresses: u64) -> Span {
    CLIENT + DIRECTORY.times(addresses) + OUTBOUND + CLIENT
}

/// A name, a connection over TLS 1.2, and a round trip over it.
fn new_connection(dns: Span, round_trip: Span) -> Span {
    dns + round_trip.times(3) + TLS + round_trip
}

/// What the target does for so many mailboxes.
fn calendars(mailboxes: u64) -> Span {
    FIXED + (MAILBOX + ENTRIES).times(mailboxes)
}

/// The whole of a cold request for one mailbox, but for the time at its own server.
fn cold() -> Span {
    new_connection(DNS_COLD, R_G)
        + TOKEN
        + new_connection(DNS_COLD, R_P)
        + VALIDATION
        + AUTODISCOVER
        + new_connection(DNS_COLD, R_P)
        + VALIDATION
        + calendars(1)
}

const ONE: &[&str] = &["user1@fabrikam.com"];

#[test]
fn a_cold_request_pays_for_both_tokens_once_and_for_two_new_hosts_of_the_partner() {
    check(WORLD, &[ask(1, ONE)], &[own(1) + cold()]);
}

#[test]
fn names_and_urls_are_kept_longer_than_connections() {
    let names_known = new_connection(DNS_WARM, R_G)
        + TOKEN
        + new_connection(DNS_WARM, R_P)
        + VALIDATION
        + calendars(1);
    let connected = R_G + TOKEN + R_P + VALIDATION + calendars(1);
    // Connections are closed after 100 s, names are kept for an hour, and so are URLs: a moment less
    // than an hour after the first answer everything but the connections is still there.
    check(
        WORLD,
        &[ask(1, ONE), ask(2, ONE), ask(10, ONE)],
        &[own(1) + cold(), own(1) + connected, own(1) + names_known],
    );
}

#[test]
fn tls_1_3_saves_a_round_trip_for_each_connection() {
    let world = WORLD.replace(
        "[gateway.business]",
        "[gateway.business]\ntls_versions = [\"1.3\"]",
    );
    let world = world.replace(
        "mailbox.abe = {}",
        "mailbox.abe = {}\nserver.cas1.tls_versions = [\"1.3\"]",
    );
    let hosts = "calendar_default = \"LimitedDetails\"
host.\"mail.fabrikam.com\".tls_versions = [\"1.3\"]
host.\"autodiscover.fabrikam.com\".tls_versions = [\"1.3\"]";
    let world = world.replace("calendar_default = \"LimitedDetails\"", hosts);
    let saved = Span::from_nanoseconds((R_G + R_P.times(2)).nanoseconds());
    let expected = (own(1) + cold()).saturating_sub(saved);
    check(&world, &[ask(1, ONE)], &[expected]);
}

#[test]
fn target_sharing_epr_saves_autodiscover_altogether() {
    let world = with(
        "[relationship.\"contoso -> fabrikam\"]",
        "[relationship.\"contoso -> fabrikam\"]
target_sharing_epr = \"https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity\"",
    );
    let expected = own(1)
        + new_connection(DNS_COLD, R_G)
        + TOKEN
        + new_connection(DNS_COLD, R_P)
        + VALIDATION
        + calendars(1);
    check(&world, &[ask(1, ONE)], &[expected]);
}

#[test]
fn one_host_for_both_services_is_connected_to_once() {
    let world = with(
        "[relationship.\"contoso -> fabrikam\"]",
        "[relationship.\"contoso -> fabrikam\"]
target_autodiscover_epr = \"https://mail.fabrikam.com/autodiscover/autodiscover.svc/WSSecurity\"",
    );
    let expected = own(1)
        + new_connection(DNS_COLD, R_G)
        + TOKEN
        + new_connection(DNS_COLD, R_P)
        + VALIDATION
        + AUTODISCOVER
        + R_P
        + VALIDATION
        + calendars(1);
    check(&world, &[ask(1, ONE)], &[expected]);
}

#[test]
fn each_further_attendee_of_a_partner_adds_a_look_up_here_and_a_mailbox_there() {
    let three = [
        "user1@fabrikam.com",
        "user2@fabrikam.com",
        "user3@fabrikam.com",
    ];
    let added = DIRECTORY.times(2) + (MAILBOX + ENTRIES).times(2);
    check(WORLD, &[ask(1, &three)], &[own(1) + cold() + added]);
}

#[test]
fn two_partners_are_asked_side_by_side_and_the_farther_one_decides() {
    // Tailspin is a city of the same continent: nearer than Fabrikam's link is long.
    let both = ["user1@fabrikam.com", "user1@tailspin.com"];
    check(WORLD, &[ask(1, &both)], &[own(2) + cold()]);
}

#[test]
fn the_second_group_of_a_busy_server_waits_but_finds_the_name_already_asked_for() {
    // One thread: the groups leave 15 ms after each other. The second asks for the gateway's name
    // while the first still waits for it, and has it at the same instant.
    let world = with(
        "mailbox.abe = {}",
        "mailbox.abe = {}\nserver.cas1.threads = 1",
    );
    let world = world.replace(
        "\"contoso - fabrikam\" = { rtt = \"50 ms\" }",
        "\"contoso - fabrikam\" = { rtt = \"50 ms\" }\n\"contoso - tailspin\" = { rtt = \"50 ms\" }",
    );
    let both = ["user1@fabrikam.com", "user1@tailspin.com"];
    check(&world, &[ask(1, &both)], &[own(2) + cold()]);
    // With the name at hand the second group is late by what the first one's share took.
    let later = R_G + TOKEN + R_P + VALIDATION + calendars(1);
    check(
        &world,
        &[ask(1, &both), ask(2, &both)],
        &[own(2) + cold(), own(2) + OUTBOUND + later],
    );
}

#[test]
fn distance_classes_stand_for_links_that_are_not_declared() {
    let links = "\"contoso - gateway\" = { rtt = \"20 ms\" }
\"contoso - fabrikam\" = { rtt = \"50 ms\" }";
    let milliseconds = Span::from_milliseconds;
    // Between cities of a continent 34 ms, between continents 110 ms, within a city 6 ms, within a
    // site 1 ms.
    for (sites, r_g, r_p) in [
        ("", milliseconds(34), milliseconds(34)),
        (
            "[network.site]\nfabrikam = { continent = \"asia\" }\ngateway = { city = \"contoso\" }\n",
            milliseconds(6),
            milliseconds(110),
        ),
    ] {
        let world = format!("{}{sites}", with(links, ""));
        let expected = own(1)
            + new_connection(DNS_COLD, r_g)
            + TOKEN
            + new_connection(DNS_COLD, r_p)
            + VALIDATION
            + AUTODISCOVER
            + new_connection(DNS_COLD, r_p)
            + VALIDATION
            + calendars(1);
        check(&world, &[ask(1, ONE)], &[expected]);
    }
    let world = with(links, "").replace(
        "domains = [\"fabrikam.com\", \"fabrikam.co.uk\"]",
        "domains = [\"fabrikam.com\", \"fabrikam.co.uk\"]\nsite = \"contoso\"",
    );
    let connected = milliseconds(34) + TOKEN + milliseconds(1) + VALIDATION + calendars(1);
    let run = run(&format!("{world}{}{}", ask(1, ONE), ask(2, ONE)));
    let second = run.request("contoso/at-02#1");
    assert_eq!(run.latency(second), Some(own(1) + connected));
}

#[test]
fn on_a_link_with_a_bandwidth_each_message_takes_its_size_in_addition() {
    // 1 Mbit/s: 8 µs a byte. Handshakes are counted as round trips alone.
    let world = with(
        "{ rtt = \"50 ms\" }",
        "{ rtt = \"50 ms\", bandwidth = \"1 Mbit/s\" }",
    );
    let autodiscover_request = 10_000 + 150;
    let autodiscover_response = 1_500 + 600;
    let availability_request = 11_000 + 250;
    // A mailbox, 15 entries in detail, a merged string of a week in half hours; 15 % of it after
    // compression.
    let availability_response = (2_000 + 15 * 550 + 7 * 48) * 15 / 100;
    let bytes =
        autodiscover_request + autodiscover_response + availability_request + availability_response;
    let sending = Span::from_microseconds(8).times(bytes);
    check(&world, &[ask(1, ONE)], &[own(1) + cold() + sending]);
    // Where times alone are shown, an entry is shorter.
    let simple = world.replace(
        "calendar_default = \"LimitedDetails\"",
        "calendar_default = \"AvailabilityOnly\"",
    );
    let shorter = (2_000 + 15 * 180 + 7 * 48) * 15 / 100;
    let saved = Span::from_microseconds(8).times(availability_response - shorter);
    let expected = (own(1) + cold() + sending).saturating_sub(saved);
    check(&simple, &[ask(1, ONE)], &[expected]);
}

#[test]
fn a_private_connection_is_used_in_place_of_the_public_network() {
    let world = with(
        "[org.contoso]",
        "[network.private.\"contoso - fabrikam\"]\nrtt = \"10 ms\"\n[org.contoso]",
    );
    // Eight round trips to the partner, each 40 ms shorter; the gateway is where it was.
    let saved = Span::from_milliseconds(8 * 40);
    let expected = (own(1) + cold()).saturating_sub(saved);
    check(&world, &[ask(1, ONE)], &[expected]);
}

#[test]
fn a_connector_waits_for_an_oauth_token_and_nothing_is_decrypted_at_the_target() {
    let world = format!("{WORLD}[connector.\"contoso -> fabrikam\"]\n");
    let expected = own(1)
        + OAUTH
        + new_connection(DNS_COLD, R_P)
        + AUTODISCOVER
        + new_connection(DNS_COLD, R_P)
        + calendars(1);
    check(&world, &[ask(1, ONE)], &[expected]);
}

#[test]
fn a_redirect_costs_a_round_trip_and_a_connection_to_the_other_host() {
    let world = with(
        "mailboxes = 9\ncalendar_default = \"LimitedDetails\"",
        "mailboxes = 9\ncalendar_default = \"LimitedDetails\"
host.\"mail.fabrikam.com\" = {}
[org.fabrikam.host.\"autodiscover.fabrikam.com\"]
redirect = \"https://mail.fabrikam.com/autodiscover/autodiscover.svc/WSSecurity\"",
    );
    // The first host answers at once; the second one serves Autodiscover, and is connected to when the
    // calendars are asked for.
    let expected = own(1)
        + new_connection(DNS_COLD, R_G)
        + TOKEN
        + new_connection(DNS_COLD, R_P)
        + new_connection(DNS_COLD, R_P)
        + VALIDATION
        + AUTODISCOVER
        + R_P
        + VALIDATION
        + calendars(1);
    check(&world, &[ask(1, ONE)], &[expected]);
}

#[test]
fn a_colleague_is_read_without_a_network() {
    // No group leaves: no signing. Local calendars are read without their entries being sent.
    let expected = CLIENT + DIRECTORY + FIXED + MAILBOX + CLIENT;
    check(WORLD, &[ask(1, &["abe@contoso.com"])], &[expected]);
}

#[test]
fn the_first_request_after_a_recycle_waits_for_the_process_to_start() {
    let recycle = |org: &str| {
        format!(
            "[[timeline]]\nat = \"+30 s\"\ndo = \"server.recycle\"\norg = \"{org}\"\nserver = \"cas1\"\n"
        )
    };
    let world = format!("{WORLD}{}", recycle("contoso"));
    check(&world, &[ask(1, ONE)], &[own(1) + cold() + COLD_START]);
    // At the target the Autodiscover call starts the process, and the availability call finds it
    // running.
    let world = format!("{WORLD}{}", recycle("fabrikam"));
    check(&world, &[ask(1, ONE)], &[own(1) + cold() + COLD_START]);
}
