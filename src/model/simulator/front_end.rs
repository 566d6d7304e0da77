//! From the server that takes a call to the server that holds a mailbox: whether the call gets there.
//!
//! Owner of all that is changed here: the target. It knows nothing of callers and permissions, and the way
//! inside the organization takes no time. Invariant: only what a process remembers is changed here.

use crate::engine::Instant;

use super::super::address::Address;
use super::super::cause::Cause;
use super::super::observation::Recorder;
use super::super::organization::{Edition, Generation, ServerId};
use super::World;
use super::target::Here;

/// What a front end does with a request for a mailbox, by what it remembers of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It goes to the server that holds the mailbox.
    Home,
    /// The same, and the front end remembers it, for that server is older than front ends are.
    HomeRemembered,
    /// To the older server that held the mailbox before, which sends it back.
    FormerHome,
}

impl<R: Recorder> World<'_, R> {
    /// Whether a call that one server has taken reaches the server that holds a mailbox.
    pub(super) fn reach_mailbox(
        &mut self,
        here: Here,
        mailbox: Address,
        home: ServerId,
        now: Instant,
    ) -> Result<(), Cause> {
        let federation = self.federation;
        let front = federation.servers.at(here.server, now);
        let held = federation.servers.at(home, now);
        if front.site != held.site {
            let all = &federation.organizations.original(held.organization).servers;
            let in_site = |id: &&ServerId| federation.servers.original(**id).site == held.site;
            if !all
                .iter()
                .filter(in_site)
                .any(|&id| self.is_running(id, now))
            {
                return Err(Cause::SiteWithoutServer);
            }
        }
        if !front.edition.passes_on_to(held.edition) {
            return Err(Cause::FrontEndDefective);
        }
        let life = federation.parameters.front_end_memory;
        let process = self.process(here.process);
        let former = process.older_home(mailbox, now, life);
        match way(front.edition, held.edition, former.is_some()) {
            Way::Home => Ok(()),
            Way::HomeRemembered => {
                process.remember_older_home(mailbox, home, now, life);
                Ok(())
            }
            Way::FormerHome => Err(Cause::FrontEndRemembersOldServer),
        }
    }
}

/// The way that a front end chooses. Those of Exchange 2013 and later take requests for mailboxes on older
/// servers to those servers, and remember it; older ones read a mailbox themselves.
///
/// Source: No free/busy information after a mailbox move (docs).
fn way(front: Edition, home: Edition, remembers_older_home: bool) -> Way {
    let is_front_end = front.generation >= Generation::V2013;
    match (is_front_end, home.generation < Generation::V2013) {
        (true, true) => Way::HomeRemembered,
        (true, false) if remembers_older_home => Way::FormerHome,
        _ => Way::Home,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(text: &str) -> Edition {
        Edition::read(text).unwrap()
    }

    #[test]
    fn a_front_end_remembers_older_homes_alone_and_follows_its_memory_after_a_move() {
        let (front, old, new) = (edition("2016"), edition("2010 SP3"), edition("2016"));
        assert_eq!(way(front, old, false), Way::HomeRemembered);
        assert_eq!(way(front, new, false), Way::Home);
        assert_eq!(way(front, new, true), Way::FormerHome);
    }

    #[test]
    fn a_server_of_2010_is_no_front_end_and_remembers_nothing() {
        let old = edition("2010 SP3");
        assert_eq!(way(old, old, true), Way::Home);
        assert_eq!(way(old, edition("2007 SP3"), false), Way::Home);
    }

    #[test]
    fn two_updates_of_2013_do_not_pass_requests_on_to_2007() {
        let old = edition("2007 SP3");
        assert!(!edition("2013 CU5").passes_on_to(old));
        assert!(!edition("2013 CU6").passes_on_to(old));
        assert!(edition("2013 CU7").passes_on_to(old));
        assert!(edition("2013 CU5").passes_on_to(edition("2010 SP3")));
    }
}
