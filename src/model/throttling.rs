//! Throttling: how much of a server's time one caller may use, and what becomes of more.
//!
//! It knows nothing of servers, calls or callers' names, and it schedules nothing. Invariant: a
//! budget's balance never exceeds its burst, and only what was charged is ever paid back.

use crate::engine::{Instant, Span};

/// What a caller has left, on one server.
///
/// A default budget is full. Integers only: time used is counted in nanoseconds × nanoseconds per
/// hour, so that paying back loses nothing to rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// What was used and is not yet paid back, in nanoseconds × [`HOUR_NANOSECONDS`].
    spent: u128,
    /// Until when it is paid back.
    updated: Instant,
    /// How many admitted calls have not been released.
    in_use: u32,
}

/// The limits of each caller's use of a component of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottlingPolicy {
    /// How many calls of one caller may be in progress at a time; `u32::MAX`: any number.
    pub max_concurrency: u32,
    /// How much time a caller may use at once: the balance of a full budget.
    pub burst: Allowance,
    /// How much of what was used is paid back in an hour.
    pub recharge_per_hour: Allowance,
    /// How far below zero the balance may fall before calls are refused.
    pub cutoff: Allowance,
    /// How long a call of a caller with an exhausted budget is held.
    ///
    /// Assumed: a fixed span; the product derives it from the balance and the load.
    pub micro_delay: Span,
}

/// An amount of a server's time, or as much as the caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// No limit.
    Unlimited,
    /// So much.
    Of(Span),
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is carried out at once.
    Go,
    /// It is carried out, but only after this span.
    Delay(Span),
    /// It is refused as `ErrorServerBusy`.
    Reject(Rejection),
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The caller has too many calls in progress.
    Concurrency,
    /// The caller's balance is below the cutoff.
    Cutoff,
}

/// The components that have limits of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// Exchange Web Services, `EWS…`.
    WebServices,
    /// Cross-premises access, `CPA…`.
    CrossPremises,
    /// Callers that do not say who they are, `Anonymous…`.
    Anonymous,
    /// Outlook on the web, `OWA…`.
    OutlookWeb,
    /// Outlook over MAPI, `RCA…`.
    OutlookMapi,
}

/// Which product a default policy is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Exchange 2010, SP1 and later: percent of a minute.
    Exchange2010,
    /// Exchange 2013 and later: burst, recharge and cutoff.
    Exchange2013,
}

/// A default policy, and where its numbers are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultPolicy {
    /// The product.
    pub product: Product,
    /// The component.
    pub component: Component,
    /// Its limits, with a micro-delay of [`MICRO_DELAY`].
    pub policy: ThrottlingPolicy,
    /// Where the numbers are from.
    pub source: &'static str,
}

/// Nanoseconds in an hour.
const HOUR_NANOSECONDS: u128 = 3_600_000_000_000;

/// How long a call of a caller with an exhausted budget is held, unless the scenario says otherwise.
///
/// Assumed: the product's own figure varies with the load and is not published.
pub const MICRO_DELAY: Span = Span::from_milliseconds(100);

impl Budget {
    /// Decides on a call that arrives now. Unless it is rejected, it is in progress from now on,
    /// until it is [released](Self::release).
    ///
    /// Source: throttling budgets, Exchange 2013 (recalled): micro-delays from a balance of zero on,
    /// refusal below minus the cutoff; concurrency is looked at first.
    pub fn admit(&mut self, policy: &ThrottlingPolicy, now: Instant) -> Admission {
        if self.in_use >= policy.max_concurrency {
            return Admission::Reject(Rejection::Concurrency);
        }
        let admission = self.judge(policy, now);
        if !matches!(admission, Admission::Reject(_)) {
            self.in_use += 1;
        }
        admission
    }

    /// Charges the time that a call used. Waiting for the network is not time used.
    ///
    /// Source: observed, Exchange 2013: the Availability call pauses its caller's budget while it
    /// waits for the network.
    pub fn charge(&mut self, policy: &ThrottlingPolicy, now: Instant, used: Span) {
        self.recharge(policy, now);
        self.spent += u128::from(used.nanoseconds()) * HOUR_NANOSECONDS;
    }

    /// A call is no longer in progress.
    ///
    /// # Panics
    /// If none is.
    pub fn release(&mut self) {
        self.in_use = self.in_use.checked_sub(1).expect("a call is released once");
    }

    /// How many calls are in progress.
    pub fn in_use(&self) -> u32 {
        self.in_use
    }

    /// The balance in nanoseconds, rounded down; none if the burst is unlimited.
    pub fn balance(&mut self, policy: &ThrottlingPolicy, now: Instant) -> Option<i128> {
        self.recharge(policy, now);
        let Allowance::Of(burst) = policy.burst else {
            return None;
        };
        Some(i128::from(burst.nanoseconds()) - (self.spent.div_ceil(HOUR_NANOSECONDS) as i128))
    }

    /// Whether the budget says no more than a new one would, and may be forgotten.
    pub fn is_full(&mut self, policy: &ThrottlingPolicy, now: Instant) -> bool {
        self.recharge(policy, now);
        self.spent == 0 && self.in_use == 0
    }

    fn judge(&mut self, policy: &ThrottlingPolicy, now: Instant) -> Admission {
        let Some(balance) = self.balance(policy, now) else {
            return Admission::Go;
        };
        match policy.cutoff {
            _ if balance > 0 => Admission::Go,
            Allowance::Of(cutoff) if balance < -i128::from(cutoff.nanoseconds()) => {
                Admission::Reject(Rejection::Cutoff)
            }
            _ => Admission::Delay(policy.micro_delay),
        }
    }

    fn recharge(&mut self, policy: &ThrottlingPolicy, now: Instant) {
        let elapsed = now.since(self.updated);
        self.updated = self.updated.max(now);
        self.spent = match policy.recharge_per_hour {
            Allowance::Unlimited => 0,
            Allowance::Of(rate) => {
                let paid = u128::from(elapsed.nanoseconds()) * u128::from(rate.nanoseconds());
                self.spent.saturating_sub(paid)
            }
        };
    }
}

impl ThrottlingPolicy {
    /// The default limits of a component, if there is a row for it.
    pub fn default_of(product: Product, component: Component) -> Option<ThrottlingPolicy> {
        DEFAULT_POLICIES
            .iter()
            .find(|row| (row.product, row.component) == (product, component))
            .map(|row| row.policy)
    }
}

/// The limits as Exchange 2013 keeps them, in the milliseconds of its cmdlets.
const fn budget(
    max_concurrency: u32,
    burst: Allowance,
    recharge_per_hour: Allowance,
    cutoff: Allowance,
) -> ThrottlingPolicy {
    ThrottlingPolicy {
        max_concurrency,
        burst,
        recharge_per_hour,
        cutoff,
        micro_delay: MICRO_DELAY,
    }
}

/// The limits as Exchange 2010 keeps them: a caller may use so many percent of each minute.
///
/// Simplified: a budget of that share of one minute, paid back at the same rate; below zero calls
/// are refused, for Exchange 2010 knows no cutoff.
const fn percent_of_minute(max_concurrency: u32, percent: u64) -> ThrottlingPolicy {
    let share_of_minute = Span::from_milliseconds(percent * 600);
    budget(
        max_concurrency,
        Allowance::Of(share_of_minute),
        Allowance::Of(share_of_minute.times(60)),
        Allowance::Of(Span::ZERO),
    )
}

const fn milliseconds(milliseconds: u64) -> Allowance {
    Allowance::Of(Span::from_milliseconds(milliseconds))
}

const OBSERVED: &str = "observed, Exchange 2013";
const RECALLED: &str = "default policy of Exchange 2010 SP1 (recalled, not re-opened)";

/// The default policies of all products.
pub const DEFAULT_POLICIES: &[DefaultPolicy] = &[
    DefaultPolicy {
        product: Product::Exchange2013,
        component: Component::WebServices,
        policy: budget(
            27,
            milliseconds(300_000),
            milliseconds(900_000),
            milliseconds(3_000_000),
        ),
        source: OBSERVED,
    },
    DefaultPolicy {
        product: Product::Exchange2013,
        component: Component::CrossPremises,
        policy: budget(
            20,
            Allowance::Unlimited,
            Allowance::Unlimited,
            Allowance::Unlimited,
        ),
        source: OBSERVED,
    },
    DefaultPolicy {
        product: Product::Exchange2013,
        component: Component::Anonymous,
        policy: budget(
            1,
            milliseconds(120_000),
            milliseconds(420_000),
            milliseconds(720_000),
        ),
        source: OBSERVED,
    },
    DefaultPolicy {
        product: Product::Exchange2013,
        component: Component::OutlookWeb,
        policy: budget(
            20,
            milliseconds(480_000),
            milliseconds(1_800_000),
            Allowance::Unlimited,
        ),
        source: OBSERVED,
    },
    DefaultPolicy {
        product: Product::Exchange2013,
        component: Component::OutlookMapi,
        policy: budget(
            40,
            milliseconds(150_000),
            milliseconds(900_000),
            Allowance::Unlimited,
        ),
        source: OBSERVED,
    },
    DefaultPolicy {
        product: Product::Exchange2010,
        component: Component::WebServices,
        policy: percent_of_minute(10, 90),
        source: RECALLED,
    },
    DefaultPolicy {
        product: Product::Exchange2010,
        component: Component::CrossPremises,
        policy: percent_of_minute(20, 205),
        source: RECALLED,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::draw::below;
    use crate::engine::hash::NameHash;
    use crate::engine::{DrawKeys, Seed};
    use crate::model::purpose::Purpose;

    fn seconds(n: u64) -> Instant {
        Instant::from_seconds(n)
    }

    fn web_services() -> ThrottlingPolicy {
        ThrottlingPolicy::default_of(Product::Exchange2013, Component::WebServices).expect("a row")
    }

    #[test]
    fn a_caller_is_delayed_when_the_balance_is_used_up_and_refused_below_the_cutoff() {
        let delay = Admission::Delay(MICRO_DELAY);
        let refused = Admission::Reject(Rejection::Cutoff);
        // Exchange 2013, EWS: burst 300 s, 900 s per hour (1 s in 4), cutoff 3000 s.
        for (used_seconds, later_seconds, balance_seconds, expected) in [
            (0, 0, 300, Admission::Go),
            (299, 0, 1, Admission::Go),
            (300, 0, 0, delay),
            (300, 4, 1, Admission::Go),
            (3_300, 0, -3_000, delay),
            (3_301, 0, -3_001, refused),
            (3_301, 3, -3_001, refused),
            (3_301, 4, -3_000, delay),
            (3_301, 3_600, -2_101, delay),
            (3_301, 100_000, 300, Admission::Go),
        ] {
            let mut budget = Budget::default();
            let policy = web_services();
            budget.charge(&policy, seconds(50), Span::from_seconds(used_seconds));
            let later = seconds(50 + later_seconds);
            let balance = budget
                .balance(&policy, later)
                .expect("the burst is limited");
            let case = format!("{used_seconds} s used, {later_seconds} s later");
            assert_eq!(balance.div_euclid(1_000_000_000), balance_seconds, "{case}");
            assert_eq!(budget.admit(&policy, later), expected, "{case}");
        }
    }

    #[test]
    fn a_caller_has_so_many_calls_at_a_time() {
        for (product, component, most) in [
            (Product::Exchange2013, Component::WebServices, 27),
            (Product::Exchange2013, Component::CrossPremises, 20),
            (Product::Exchange2013, Component::Anonymous, 1),
            (Product::Exchange2010, Component::WebServices, 10),
        ] {
            let policy = ThrottlingPolicy::default_of(product, component).expect("a row");
            let mut budget = Budget::default();
            for _ in 0..most {
                assert_eq!(budget.admit(&policy, seconds(1)), Admission::Go);
            }
            let refused = Admission::Reject(Rejection::Concurrency);
            assert_eq!(budget.admit(&policy, seconds(1)), refused);
            assert_eq!(budget.in_use(), most, "a refused call takes no place");
            budget.release();
            assert_eq!(budget.admit(&policy, seconds(1)), Admission::Go);
        }
    }

    #[test]
    fn what_is_unlimited_is_never_exhausted() {
        let product = Product::Exchange2013;
        let cross_premises =
            ThrottlingPolicy::default_of(product, Component::CrossPremises).expect("a row");
        let never_refused =
            ThrottlingPolicy::default_of(product, Component::OutlookWeb).expect("a row");
        for (policy, expected) in [
            (cross_premises, Admission::Go),
            (never_refused, Admission::Delay(MICRO_DELAY)),
        ] {
            let mut budget = Budget::default();
            budget.charge(&policy, seconds(1), Span::from_days(400));
            assert_eq!(budget.admit(&policy, seconds(1)), expected);
        }
    }

    #[test]
    fn exchange_2010_gives_a_caller_a_share_of_each_minute() {
        // 90 % of a minute is 54 s; a minute later all of it is paid back.
        let policy = ThrottlingPolicy::default_of(Product::Exchange2010, Component::WebServices)
            .expect("a row");
        let mut budget = Budget::default();
        budget.charge(&policy, seconds(0), Span::from_seconds(54));
        assert_eq!(
            budget.admit(&policy, seconds(0)),
            Admission::Delay(MICRO_DELAY)
        );
        budget.charge(&policy, seconds(0), Span::from_nanoseconds(1));
        let refused = Admission::Reject(Rejection::Cutoff);
        assert_eq!(budget.admit(&policy, seconds(0)), refused);
        let full = Some(54_000_000_000);
        assert_eq!(
            budget.balance(&policy, seconds(60)),
            full.map(|full: i128| full - 1)
        );
        assert_eq!(budget.balance(&policy, seconds(61)), full);
    }

    #[test]
    fn paying_back_in_small_steps_pays_back_the_same() {
        let policy = web_services();
        let (mut often, mut once) = (Budget::default(), Budget::default());
        for budget in [&mut often, &mut once] {
            budget.charge(&policy, seconds(0), Span::from_seconds(300));
        }
        for step in 1..=1_000 {
            // Steps of 7 ns, each worth 1.75 ns.
            often.balance(&policy, Instant::from_nanoseconds(7 * step));
        }
        let end = Instant::from_nanoseconds(7_000);
        assert_eq!(often.balance(&policy, end), Some(1_750));
        assert_eq!(once.balance(&policy, end), Some(1_750));
    }

    /// Whatever a caller does: the balance is at most the burst, and what all its calls use is at
    /// most burst + cutoff + what is paid back + what the last calls use that were let in.
    #[test]
    fn no_caller_gets_more_than_burst_cutoff_recharge_and_its_calls_in_progress() {
        const LONGEST_CALL: u64 = 20;
        let keys = DrawKeys::new(Seed {
            world: 1,
            day: 1,
            replication: 0,
        });
        for case in 0..20 {
            let mut bits = keys.stream(Purpose::Balance, NameHash::of("callers"), case);
            let policy = ThrottlingPolicy {
                max_concurrency: 1 + below(bits.bits(), 4) as u32,
                burst: Allowance::Of(Span::from_seconds(below(bits.bits(), 60))),
                recharge_per_hour: Allowance::Of(Span::from_seconds(below(bits.bits(), 3_600))),
                cutoff: Allowance::Of(Span::from_seconds(below(bits.bits(), 60))),
                micro_delay: MICRO_DELAY,
            };
            let span = |allowance| match allowance {
                Allowance::Of(span) => span,
                Allowance::Unlimited => Span::MAX,
            };
            let mut budget = Budget::default();
            let (mut now, mut used) = (Instant::EPOCH, Span::ZERO);
            for _ in 0..20_000 {
                now += Span::from_milliseconds(below(bits.bits(), 2_000));
                if below(bits.bits(), 2) == 0 {
                    budget.admit(&policy, now);
                } else if budget.in_use() > 0 {
                    let call = Span::from_milliseconds(below(bits.bits(), LONGEST_CALL * 1_000));
                    budget.charge(&policy, now, call);
                    budget.release();
                    used += call;
                }
                let balance = budget.balance(&policy, now).expect("the burst is limited");
                let burst = span(policy.burst);
                assert!(balance <= i128::from(burst.nanoseconds()), "case {case}");
                let hour = u128::from(Span::from_hours(1).nanoseconds());
                let paid = u128::from(now.nanoseconds())
                    * u128::from(span(policy.recharge_per_hour).nanoseconds());
                let in_progress =
                    Span::from_seconds(LONGEST_CALL).times(policy.max_concurrency.into());
                let allowed = u128::from((burst + span(policy.cutoff) + in_progress).nanoseconds());
                let used = u128::from(used.nanoseconds());
                assert!(
                    used <= allowed + paid.div_ceil(hour),
                    "case {case} at {now:?}"
                );
            }
            assert!(
                used > span(policy.burst),
                "case {case}: the budget mattered"
            );
        }
    }
}
