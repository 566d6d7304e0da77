//! Prints every observation of a scenario.
use fedsim::model::observation::{Observation, Recorder};
use fedsim::model::{Federation, Simulator};
struct Print;
impl Recorder for Print {
    fn observe(&mut self, f: &Federation, o: &Observation) {
        println!(
            "{:>12} {} {:?}",
            o.at.since(f.start).to_string(),
            f.request_name(o.request),
            o.fact
        );
    }
}
fn main() {
    let path = std::env::args().nth(1).expect("a scenario");
    let text = std::fs::read_to_string(&path).expect("readable");
    let scenario = fedsim::scenario::Scenario::parse(&text, &path)
        .map_err(|d| println!("{}", d.render_plain()));
    let Ok(scenario) = scenario else { return };
    match scenario.compile() {
        Err(d) => println!("{}", d.render_plain()),
        Ok(c) => {
            let done =
                Simulator::new(&c.federation, 0, Print).run(|_, _| fedsim::engine::Continue::Yes);
            println!("{:?} in flight {}", done.ended, done.in_flight);
        }
    }
}
