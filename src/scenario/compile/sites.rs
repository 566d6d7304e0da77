//! Where things are: the sites that organizations, gateways and resolvers stand at, and what follows
//! from their cities.
//!
//! It knows nothing of links. Invariant: after it, every site that is named is there, with a city, a
//! continent and a time zone, and every organization has a time zone.

use std::collections::BTreeMap;

use super::derive::{NamedRows, add_row, row_object, text};
use super::population::Plan;
use crate::scenario::keys;
use crate::scenario::places;
use crate::scenario::tree::Table;

/// Sites that are named anywhere are there; each is a city of its own unless the file says otherwise.
pub(super) fn derive(tree: &mut Table, plan: &Plan) {
    let mut wanted: Vec<String> = Vec::new();
    let mut resolver_sites: Vec<(String, String)> = Vec::new();
    for (_, organization) in tree.named("org") {
        let site = organization.text("site").to_owned();
        if let Some(resolver) = organization.optional_text("resolver") {
            resolver_sites.push((resolver.to_owned(), site.clone()));
        }
        wanted.push(site);
        wanted.extend(
            organization
                .named("server")
                .map(|(_, row)| row.text("site").to_owned()),
        );
    }
    wanted.extend(
        tree.named("gateway")
            .map(|(_, row)| row.text("site").to_owned()),
    );
    for (name, resolver) in tree.table_mut("dns").table_mut("resolver").named_rows() {
        let asked = resolver_sites
            .iter()
            .find(|(resolver, _)| *resolver == name);
        let site = asked.map_or_else(|| wanted.first().cloned(), |(_, site)| Some(site.clone()));
        let why = "the site of the first organization that asks it";
        resolver.set_derived("site", text(site.unwrap_or_else(|| "gateway".into())), why);
    }
    let resolvers = tree.table("dns").named("resolver");
    wanted.extend(
        resolvers
            .map(|(_, row)| row.text("site").to_owned())
            .collect::<Vec<_>>(),
    );
    wanted.extend(plan.sites());
    let sites = tree.table_mut("network").table_mut("site");
    for site in wanted {
        add_row(
            sites,
            &site,
            row_object(&keys::NETWORK, "site"),
            "named by what stands there",
        );
    }
    for (name, site) in sites.named_rows() {
        site.set_derived("city", text(name), "the site's name");
        derive_place(site);
    }
    let zones: BTreeMap<String, String> = tree
        .table("network")
        .named("site")
        .map(|(name, site)| (name.to_owned(), site.text("time_zone").to_owned()))
        .collect();
    for (_, organization) in tree.table_mut("org").named_rows() {
        let zone = &zones[organization.text("site")];
        organization.set_derived("time_zone", text(zone.as_str()), "the zone of its site");
    }
}

/// What follows from a site's city, or from the known city nearest to its coordinates.
///
/// Simplified: the nearest city tells continent and time zone.
fn derive_place(site: &mut Table) {
    let city = places::city(site.text("city"));
    let place = site.optional_text("coordinates");
    let place = place.and_then(|text| places::coordinates(text).ok());
    let (known, why) = match (place, city) {
        (None, Some(city)) => {
            let why = format!("the city is {}, {}", city.name, city.country);
            (Some(city), why)
        }
        (Some(place), _) => {
            let city = places::nearest_city(place);
            (
                Some(city),
                format!("the nearest known city is {}", city.name),
            )
        }
        (None, None) => (None, "the city is not known".to_owned()),
    };
    let continent = known.map_or("europe", |city| city.continent);
    site.set_derived("continent", text(continent), why.as_str());
    site.set_derived(
        "time_zone",
        text(known.map_or("UTC", |city| city.time_zone)),
        why.as_str(),
    );
    if let (None, Some(city)) = (place, city) {
        let value = text(places::coordinates_text(city.coordinates));
        site.set_derived("coordinates", value, why);
    }
}
