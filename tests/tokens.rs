//! How many tokens and calls a request costs, counted by hand.
//!
//! The rule (observed, Exchange 2013): each group asks the gateway for one token for free/busy, and for
//! one for Autodiscover beside it if the endpoint is not known; nothing is reused. Attendees with a
//! known endpoint are grouped by its URL, others by their domain.

mod support;

use fedsim::model::observation::Fact;
use fedsim::model::token::Offer;
use support::{Count, run};

/// Contoso asks; Fabrikam has two domains; Tailspin is a second partner. Everybody is set up.
const WORLD: &str = r#"
fedsim = 1
[run]
length = "6 h"

[org.contoso]
domains = ["contoso.com"]
mailbox.anna = {}
contact.ben = { external_address = "ben@fabrikam.com" }
group.friends = { members = ["ben"] }
group.team = { members = ["bea@fabrikam.com", "bob@fabrikam.com", "anna"] }

[org.fabrikam]
domains = ["fabrikam.com", "fabrikam.co.uk"]
mailboxes = 30
[org.fabrikam.mailbox]
ben = {}
bea = {}
bob = {}
liz = { addresses = ["liz@fabrikam.co.uk"] }
[org.fabrikam.mail_user.moved]
external_address = "tim@tailspin.com"

[org.tailspin]
domains = ["tailspin.com"]
mailbox.tim = {}

[relationship."contoso -> fabrikam"]
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"
[relationship."contoso -> tailspin"]
free_busy_access = true
[relationship."tailspin -> contoso"]
free_busy_level = "AvailabilityOnly"
"#;

/// A request of Anna's.
fn ask(name: &str, at: &str, to: &[&str]) -> String {
    format!("[request.{name}]\nat = \"{at}\"\nfrom = \"anna@contoso.com\"\nto = {to:?}\n")
}

/// Runs the world with something added, and compares what each request cost, in the order in which
/// they were sent.
fn check(added: &str, requests: &[String], expected: &[Count]) {
    let text = format!("{WORLD}{added}\n{}", requests.concat());
    let run = run(&text);
    let sent = run.federation.requests.iter().map(|row| row.identity);
    let counts: Vec<Count> = sent.map(|request| Count::of(run.facts(request))).collect();
    assert_eq!(counts, expected, "{added}");
    assert_eq!(run.in_flight, 0);
}

/// So many groups whose endpoint had to be discovered: two tokens and two calls each.
fn cold(groups: u32) -> Count {
    Count {
        autodiscover_tokens: groups,
        autodiscover_calls: groups,
        ..warm(groups)
    }
}

/// So many groups whose endpoint was known: one token and one call each.
fn warm(groups: u32) -> Count {
    Count {
        groups,
        free_busy_tokens: groups,
        availability_calls: groups,
        ..Count::default()
    }
}

const NOTHING: Count = Count {
    groups: 0,
    free_busy_tokens: 0,
    autodiscover_tokens: 0,
    reused_tokens: 0,
    oauth_tokens: 0,
    autodiscover_calls: 0,
    availability_calls: 0,
};

#[test]
fn the_first_look_costs_two_tokens_and_the_second_one() {
    let requests = [
        ask("a", "+1 min", &["ben@fabrikam.com"]),
        ask("b", "+11 min", &["ben@fabrikam.com"]),
    ];
    check("", &requests, &[cold(1), warm(1)]);
}

#[test]
fn with_target_sharing_epr_nothing_is_discovered() {
    let epr = r#"[relationship."contoso -> fabrikam"]
target_sharing_epr = "https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity""#;
    let world = WORLD.replace("[relationship.\"contoso -> fabrikam\"]", epr);
    let both = ["ben@fabrikam.com", "liz@fabrikam.co.uk"];
    let text = format!(
        "{world}{}{}",
        ask("a", "+1 min", &both),
        ask("b", "+11 min", &both)
    );
    let run = run(&text);
    let sent = run.federation.requests.iter().map(|row| row.identity);
    for request in sent {
        assert_eq!(Count::of(run.facts(request)), warm(1));
    }
}

#[test]
fn known_and_unknown_addresses_of_one_partner_are_two_groups() {
    let requests = [
        ask("a", "+1 min", &["ben@fabrikam.com"]),
        ask("b", "+11 min", &["ben@fabrikam.com", "bea@fabrikam.com"]),
        ask("c", "+21 min", &["ben@fabrikam.com", "bea@fabrikam.com"]),
    ];
    // b: Ben's URL is known, one token; Bea's is not, two tokens.
    let mixed = Count {
        groups: 2,
        free_busy_tokens: 2,
        autodiscover_tokens: 1,
        autodiscover_calls: 1,
        availability_calls: 2,
        ..NOTHING
    };
    check("", &requests, &[cold(1), mixed, warm(1)]);
}

#[test]
fn two_partners_are_two_groups() {
    let both = ["ben@fabrikam.com", "tim@tailspin.com"];
    let requests = [ask("a", "+1 min", &both), ask("b", "+11 min", &both)];
    check("", &requests, &[cold(2), warm(2)]);
}

#[test]
fn two_domains_of_one_partner_are_two_groups_until_they_turn_out_to_share_an_endpoint() {
    let both = ["ben@fabrikam.com", "liz@fabrikam.co.uk"];
    let requests = [ask("a", "+1 min", &both), ask("b", "+11 min", &both)];
    check("", &requests, &[cold(2), warm(1)]);
}

#[test]
fn a_contact_and_a_plain_address_of_one_domain_are_two_groups_until_their_endpoint_is_known() {
    // The contact has no address of its own, so it is asked for by its external one.
    let world = WORLD.replace(
        "contact.ben = {",
        "contact.ben = { address = \"ben@contoso.com\",",
    );
    let both = ["ben@contoso.com", "bea@fabrikam.com"];
    let text = format!(
        "{world}{}{}",
        ask("a", "+1 min", &both),
        ask("b", "+11 min", &both)
    );
    let run = run(&text);
    let sent = run.federation.requests.iter().map(|row| row.identity);
    let counts: Vec<Count> = sent.map(|request| Count::of(run.facts(request))).collect();
    assert_eq!(counts, [cold(2), warm(1)]);
}

#[test]
fn members_of_a_group_are_asked_for_like_attendees_of_their_own() {
    // Bea and Bob in one domain; Anna is read locally; the contact is a member by its name.
    let requests = [
        ask("a", "+1 min", &["team@contoso.com"]),
        ask("b", "+11 min", &["friends@contoso.com"]),
    ];
    check("", &requests, &[cold(1), cold(1)]);
}

#[test]
fn thirty_attendees_of_one_partner_cost_what_one_costs() {
    let many: Vec<String> = (1..=30).map(|n| format!("user{n}@fabrikam.com")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let requests = [ask("a", "+1 min", &many), ask("b", "+11 min", &many)];
    check("", &requests, &[cold(1), warm(1)]);
}

#[test]
fn a_mailbox_that_moved_to_another_partner_costs_a_group_in_each() {
    let requests = [
        ask("a", "+1 min", &["moved@fabrikam.com"]),
        ask("b", "+11 min", &["moved@fabrikam.com"]),
    ];
    // Fabrikam's Autodiscover names Tim's address, Tailspin's his URL. Fabrikam is asked for no
    // calendar, and the redirection is not kept: the second look costs the same but for what is known
    // of nobody.
    let each = Count {
        availability_calls: 1,
        ..cold(2)
    };
    check("", &requests, &[each, each]);
}

#[test]
fn what_fails_before_the_tokens_costs_none() {
    let requests = [ask("a", "+1 min", &["ben@fabrikam.com"])];
    let refused = [
        // Nobody may ask: there is no group.
        (
            "[[timeline]]\nat = \"+1 s\"\nset.relationship.\"contoso -> fabrikam\".enabled = false\n",
            NOTHING,
        ),
        // Federation is off: there is no group.
        (
            "[[timeline]]\nat = \"+1 s\"\nset.org.contoso.identifier.enabled = false\n",
            NOTHING,
        ),
        // Anna is named in a way that the gateway does not know: the group stops where it starts.
        (
            "[[timeline]]\nat = \"+1 s\"\nset.org.contoso.mailbox.anna.identity_type = \"upn\"\n",
            Count {
                groups: 1,
                ..NOTHING
            },
        ),
        // The gateway cannot be reached: tokens are asked for and none comes.
        (
            "[gateway.business]\nstate = \"refusing\"\n",
            Count {
                groups: 1,
                ..NOTHING
            },
        ),
        // It does not know Contoso: the same.
        (
            "[[timeline]]\nat = \"+1 s\"\nset.org.contoso.trust.registered = false\n",
            Count {
                groups: 1,
                ..NOTHING
            },
        ),
    ];
    for (added, expected) in refused {
        check(added, &requests, &[expected]);
    }
}

#[test]
fn what_fails_after_the_tokens_costs_what_success_costs() {
    let requests = [
        ask("a", "+1 min", &["ben@fabrikam.com"]),
        ask("b", "+11 min", &["ben@fabrikam.com"]),
    ];
    let stopped = Count {
        availability_calls: 0,
        ..cold(1)
    };
    let set = |what: &str| format!("[[timeline]]\nat = \"+1 s\"\nset.{what}\n");
    for (added, expected) in [
        // Fabrikam shows Contoso nothing, but Autodiscover has told the URL, and it is kept.
        (
            set("relationship.\"fabrikam -> contoso\".free_busy_level = \"None\""),
            [cold(1), warm(1)],
        ),
        // Autodiscover refuses the token: nothing is kept.
        (
            set("org.fabrikam.server.cas1.autodiscover.ws_security = false"),
            [stopped, stopped],
        ),
        // Autodiscover knows no URL: that is kept, and there is no second group.
        (
            set("org.fabrikam.server.cas1.ews.external_url = \"\""),
            [stopped, NOTHING],
        ),
        // The calendar service refuses the token: the URL is kept all the same.
        (
            set("org.fabrikam.server.cas1.ews.ws_security = false"),
            [cold(1), warm(1)],
        ),
    ] {
        check(&added, &requests, &expected);
    }
}

/// Gives everything but archives, which Contoso opens at Fabrikam.
const TIPS_AND_PHOTOS: &str = r#"
[relationship."contoso -> fabrikam"]
free_busy_access = true
mail_tips_access_enabled = true
delivery_report_enabled = true
archive_access_enabled = true
[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"
mail_tips_access_enabled = true
mail_tips_access_level = "All"
photos_enabled = true
delivery_report_enabled = true
"#;

/// Runs requests for something else than calendars, and tells the offers of the tokens that each cost,
/// and how many calls.
fn offers_of(requests: &[String]) -> Vec<(Vec<Offer>, u32)> {
    let relationships = WORLD.find("[relationship").expect("it has relationships");
    let world = &WORLD[..relationships];
    let run = run(&format!("{world}{TIPS_AND_PHOTOS}{}", requests.concat()));
    let sent = run.federation.requests.iter().map(|row| row.identity);
    let cost = |request| {
        let issued = run.facts(request).filter_map(|fact| match fact {
            Fact::TokenIssued { token, .. } => Some(token.offer),
            _ => None,
        });
        let mut offers: Vec<Offer> = issued.collect();
        offers.sort_unstable();
        let count = Count::of(run.facts(request));
        (offers, count.autodiscover_calls + count.availability_calls)
    };
    sent.map(cost).collect()
}

/// By hand, in the order of sending. a: Ben's endpoint is unknown: a token of each kind, two calls. b:
/// it is known, be it another question. c: one group of two, whose second member is Bea, unknown: two
/// groups. d: one call brings the tips of both. e: one photo a call, Ben's and Bea's. f: Bob is unknown,
/// and his photo needs Autodiscover too.
#[test]
fn mail_tips_and_photos_cost_what_free_busy_costs_with_tokens_of_their_own_offers() {
    use Offer::{Autodiscover, MailTips, SharingCalendarFreeBusy, UserPhotoRetrieval};
    let asking = |asks: &str, request: String| format!("{request}asks = \"{asks}\"\n");
    let both = ["ben@fabrikam.com", "bea@fabrikam.com"];
    let costs = offers_of(&[
        asking("mail-tips", ask("a", "+1 min", &both[..1])),
        ask("b", "+2 min", &both[..1]),
        asking("mail-tips", ask("c", "+3 min", &both)),
        asking("mail-tips", ask("d", "+4 min", &both)),
        asking("photos", ask("e", "+5 min", &both)),
        asking("photos", ask("f", "+6 min", &["bob@fabrikam.com"])),
    ]);
    let expected = [
        (vec![Autodiscover, MailTips], 2),
        (vec![SharingCalendarFreeBusy], 1),
        (vec![Autodiscover, MailTips, MailTips], 3),
        (vec![MailTips], 1),
        (vec![UserPhotoRetrieval, UserPhotoRetrieval], 2),
        (vec![Autodiscover, UserPhotoRetrieval], 2),
    ];
    assert_eq!(costs, expected);
}

/// a: nothing is known of Ben, a contact, and Bea: two groups that discover. b: both are at one endpoint.
#[test]
fn delivery_reports_and_archives_cost_a_token_of_their_own_offers() {
    use Offer::{Autodiscover, SharingCalendarFreeBusy, XropLogon};
    let asking = |asks: &str, request: String| format!("{request}asks = \"{asks}\"\n");
    let both = ["ben@fabrikam.com", "bea@fabrikam.com"];
    let costs = offers_of(&[
        asking("delivery-reports", ask("a", "+1 min", &both)),
        asking("delivery-reports", ask("b", "+2 min", &both)),
        asking("archive", ask("c", "+3 min", &both[..1])),
        asking("archive", ask("d", "+4 min", &["bob@fabrikam.com"])),
    ]);
    let expected = [
        // In the order of offers: SharingCalendarFreeBusy stands before Autodiscover.
        (
            vec![
                SharingCalendarFreeBusy,
                SharingCalendarFreeBusy,
                Autodiscover,
                Autodiscover,
            ],
            4,
        ),
        (vec![SharingCalendarFreeBusy], 1),
        (vec![XropLogon], 1),
        (vec![Autodiscover, XropLogon], 2),
    ];
    assert_eq!(costs, expected);
}

/// A connector serves calendars alone here: MailTips go by the relationship beside it.
#[test]
fn a_connector_is_no_way_to_mail_tips() {
    let relationships = WORLD.find("[relationship").expect("it has relationships");
    let request = ask("a", "+1 min", &["ben@fabrikam.com"]);
    let text = format!(
        "{}{TIPS_AND_PHOTOS}[connector.\"contoso -> fabrikam\"]\n{request}asks = \"mail-tips\"\n",
        &WORLD[..relationships]
    );
    let run = run(&text);
    let count = Count::of(run.facts(run.request("contoso/a#1")));
    assert_eq!(count, cold(1));
}

#[test]
fn a_connector_needs_no_delegation_token() {
    let requests = [
        ask("a", "+1 min", &["ben@fabrikam.com", "bea@fabrikam.com"]),
        ask("b", "+11 min", &["ben@fabrikam.com"]),
    ];
    let first = Count {
        groups: 1,
        oauth_tokens: 1,
        autodiscover_calls: 1,
        availability_calls: 1,
        ..NOTHING
    };
    let second = Count {
        autodiscover_calls: 0,
        ..first
    };
    check(
        "[connector.\"contoso -> fabrikam\"]\n",
        &requests,
        &[first, second],
    );
}

#[test]
fn each_calendar_shared_in_person_is_a_group_of_its_own_with_a_known_endpoint() {
    let world = WORLD.replace(
        "mailbox.anna = {}",
        "mailbox.anna.subscription = { \"ben@fabrikam.com\" = {}, \"bea@fabrikam.com\" = {} }",
    );
    let world = world
        .replace(
            "ben = {}",
            "ben.grant = { \"anna@contoso.com\" = \"LimitedDetails\" }",
        )
        .replace(
            "bea = {}",
            "bea.grant = { \"anna@contoso.com\" = \"LimitedDetails\" }",
        );
    let both = ["ben@fabrikam.com", "bea@fabrikam.com"];
    let text = format!(
        "{world}{}{}",
        ask("a", "+1 min", &both),
        ask("b", "+11 min", &both[..1])
    );
    let run = run(&text);
    let sent = run.federation.requests.iter().map(|row| row.identity);
    let counts: Vec<Count> = sent.map(|request| Count::of(run.facts(request))).collect();
    assert_eq!(counts, [warm(2), warm(1)]);
}

#[test]
fn a_token_cache_would_spare_tokens_until_shortly_before_their_offers_end() {
    let requests = [
        ask("a", "+1 min", &["ben@fabrikam.com"]),
        // A free/busy token lives for 5 min, of which the last 30 s are not used.
        ask("b", "+5 min", &["ben@fabrikam.com"]),
        // One for Autodiscover lives for 8 h: Bea's endpoint costs only a call. The token for free/busy
        // is too old.
        ask("c", "+345 s", &["bea@fabrikam.com"]),
        ask("d", "+5 h", &["bob@fabrikam.com"]),
    ];
    let reused = |reused_tokens, count| Count {
        reused_tokens,
        ..count
    };
    let expected = [
        cold(1),
        reused(
            1,
            Count {
                free_busy_tokens: 0,
                ..warm(1)
            },
        ),
        reused(
            1,
            Count {
                autodiscover_tokens: 0,
                ..cold(1)
            },
        ),
        reused(
            1,
            Count {
                autodiscover_tokens: 0,
                ..cold(1)
            },
        ),
    ];
    check(
        "[rules]\ntoken_cache = \"per-user-target-offer\"\n",
        &requests,
        &expected,
    );
}

#[test]
fn the_literal_rule_of_the_url_cache_discovers_again_each_hour_and_the_intended_one_never() {
    // Each 25 min: at 0, 25, 50, 75, 100, 125, 150 min. What was stored at 0 (and a moment) is an hour
    // old at 75 min, what was stored then at 150 min.
    let request = format!(
        "{}count = 7\nevery = \"25 min\"\n",
        ask("a", "+1 min", &["ben@fabrikam.com"])
    );
    for (rule, discoveries) in [("literal", vec![0, 3, 6]), ("intended", vec![0])] {
        let expected: Vec<Count> = (0..7)
            .map(|n| {
                if discoveries.contains(&n) {
                    cold(1)
                } else {
                    warm(1)
                }
            })
            .collect();
        let added = format!("[rules]\nuri_cache_rule = \"{rule}\"\n");
        check(&added, std::slice::from_ref(&request), &expected);
    }
}
