//! Relationships along the edges of partner graphs.
//!
//! It knows nothing of how edges are drawn. Invariant: a relationship toward an organization is what
//! the same keys, declared, would make; one that the file declares is never touched.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::model::names::NameId;
use crate::model::organization::OrgId;
use crate::model::purpose::Purpose;
use crate::model::relationship::OrganizationRelationship;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::keys::{RELATIONSHIP, TEMPLATE_DOMAIN};
use crate::scenario::quantity::{self, Share};
use crate::scenario::read::names::{short, suggestion};
use crate::scenario::side_file::SideFiles;
use crate::scenario::side_file::table::Rows;
use crate::scenario::tree::{Entry, Table, Value};

use super::super::World;
use super::super::derive::{self, Partner};
use super::super::ids::Ids;
use super::super::sharing;
use super::graph::{self, Law};
use super::template::{self, Class};
use super::{Place, Plan, Weights};

/// Organizations of populations as partners: of each its class, and its own names for the class's.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// The class of each, and where its names begin.
    rows: Vec<(u32, u32)>,
    pub names: Vec<NameId>,
}

impl Targets {
    /// Begins the next organization; its names follow. Gives the place of the first of them.
    pub fn begin(&mut self, class: usize) -> usize {
        let from = self.names.len();
        let row = (class, from);
        let fits = "tables have at most 2^32 rows";
        self.rows.push((
            u32::try_from(row.0).expect(fits),
            u32::try_from(row.1).expect(fits),
        ));
        from
    }
}

/// The most edges of all graphs together, drawn or from files.
const EDGES_MAX: usize = 20_000_000;

/// Adds the relationships of all partner graphs.
pub(super) fn relationships(
    plan: &Plan,
    tree: &Table,
    files: &SideFiles,
    (classes, targets): (&[Class], &Targets),
    world: &mut World,
    ids: &mut Ids,
    found: &mut Diagnostics,
) {
    let rows = world
        .relationships
        .ids()
        .map(|id| world.relationships.original(id));
    let mut taken: FxHashSet<(OrgId, OrgId)> = rows
        .filter_map(|row| sharing::ends_of(&row.name, ids))
        .collect();
    let declared = Partner::all(tree);
    // What files may have is what is not expected of the graphs that are drawn.
    let drawn = tree.named("partners").filter_map(|(_, row)| {
        let is_drawn = row.text("law") != "csv";
        let law = is_drawn.then(|| law(row, found)).flatten()?;
        Some(law.expected_edges(Members::count(plan, row, ids)))
    });
    let mut edges_left = EDGES_MAX.saturating_sub(drawn.sum());
    for (name, row) in tree.named("partners") {
        let graph = NameHash::of(name);
        let edges = match row.text("law") {
            "csv" => {
                let edges = edges_of_file((row, edges_left), files, ids, found);
                edges_left = edges_left.saturating_sub(edges.len());
                edges
            }
            _ => {
                let (members, Some(law)) = (Members::of(plan, row, ids), law(row, found)) else {
                    continue;
                };
                let edges = graph::edges(law, graph, &members.hashes, plan.keys());
                let id = |member: u32| members.ids[member as usize];
                let edges = edges.into_iter();
                edges.map(|(one, other)| (id(one), id(other))).collect()
            }
        };
        let mut drawn = Graph {
            hash: graph,
            row,
            variants: variants(row, found),
            prototypes: BTreeMap::new(),
            classes,
            targets,
            declared: &declared,
        };
        for (one, other) in edges {
            for (from, to) in [(one, other), (other, one)] {
                if taken.insert((from, to)) {
                    let row = drawn.relationship(plan, (from, to), world, ids, found);
                    world.relationships.push(row);
                }
            }
            if found.has_errors() {
                return;
            }
        }
    }
}

/// Who may have relationships with each other, in the order of joining.
struct Members {
    ids: Vec<OrgId>,
    hashes: Vec<NameHash>,
}

impl Members {
    /// How many they are.
    fn count(plan: &Plan, row: &Table, ids: &Ids) -> usize {
        let counts = row.texts("among").into_iter().map(|name| {
            let is_declared = ids.organizations.contains_key(name);
            let drawn = plan.members(name).map_or(0, |members| members.len());
            if is_declared { 1 } else { drawn }
        });
        counts.sum()
    }

    /// Of names that are known to be there.
    fn of(plan: &Plan, row: &Table, ids: &Ids) -> Members {
        let mut members = Members {
            ids: Vec::new(),
            hashes: Vec::new(),
        };
        // Organizations that are declared join first: they are there whatever the populations' counts.
        for name in row.texts("among") {
            if let Some(&id) = ids.organizations.get(name) {
                members.ids.push(id);
                members.hashes.push(NameHash::of(name));
            }
        }
        for name in row.texts("among") {
            let mut populations = plan.populations();
            let Some((population, described)) =
                populations.find(|(_, described)| described.name == name)
            else {
                continue;
            };
            for number in 1..=described.count {
                members.ids.push(plan.id(Place { population, number }));
                members.hashes.push(described.hash(number));
            }
        }
        members
    }
}

/// Finds what is wrong with partner graphs, before anything is drawn for them.
pub(super) fn check(plan: &Plan, tree: &Table, ids: &Ids, found: &mut Diagnostics) {
    let mut edges = 0;
    for (name, row) in tree.named("partners") {
        let mut members = 0;
        for entry in row.list("among") {
            let Value::Text(name) = &entry.value else {
                continue;
            };
            if ids.organizations.contains_key(name) {
                members += 1;
            } else if let Some(population) = plan.members(name) {
                members += population.len();
            } else if let Some(place) = entry.origin.location() {
                let populations = plan.populations().map(|(_, row)| row.name.as_str());
                let known = populations.chain(ids.organizations.keys().map(String::as_str));
                let help = match suggestion(name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name populations and organizations of the scenario".into(),
                };
                let message = format!("there is no population or organization `{name}`");
                found.push(Diagnostic::error("unknown-name", place, message).help(help));
            }
        }
        let needed = match row.text("law") {
            "csv" => "file",
            _ => "among",
        };
        if !row.is_given(needed)
            && let Some(place) = row.location("law")
        {
            let message = format!("the law `{}` needs `{needed}`", row.text("law"));
            let help = match needed {
                "file" => "add `file = \"edges.csv\"`, with columns `from` and `to`",
                _ => "name populations and organizations: `among = [\"smb\", \"contoso\"]`",
            };
            found.push(Diagnostic::error("missing-key", place, message).help(help));
        }
        variants(row, found);
        if row.text("law") != "csv"
            && let Some(law) = law(row, found)
        {
            fits((law, members), &mut edges, (name, row), found);
        }
    }
}

/// The edges that a file has, of which there may be so many: columns `from` and `to` with names of
/// organizations, in any order.
fn edges_of_file(
    (row, edges_max): (&Table, usize),
    files: &SideFiles,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Vec<(OrgId, OrgId)> {
    let mut edges = Vec::new();
    let path = row.text("file");
    let place = row.location("file").unwrap_or_default();
    let mut read = || -> Result<(), Diagnostic> {
        let file = files.text(path, place)?;
        let mut rows = Rows::of(&file)?;
        let columns = [rows.require("from")?, rows.require("to")?];
        while let Some(row) = rows.next_row()? {
            let ends = columns.map(|column| {
                let field = &row.fields[column];
                let id = ids.organization(&field.text);
                if id.is_none() {
                    let message = format!("there is no organization `{}`", short(&field.text));
                    let known = ids.organizations.keys().map(String::as_str);
                    let help = match suggestion(&field.text, known) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => {
                            "name organizations that are declared, or drawn, such as `smb-7`".into()
                        }
                    };
                    let unknown = file.error("unknown-name", field.range.clone(), message);
                    found.push(unknown.help(help));
                }
                id
            });
            let [Some(one), Some(other)] = ends else {
                continue;
            };
            if one == other {
                let message = "an organization is no partner of its own";
                let itself = file.error("bad-value", row.range.clone(), message);
                found.push(itself.help("remove the row"));
                continue;
            }
            edges.push((one, other));
            if edges.len() > edges_max {
                let message = format!("the partner graphs have more than {EDGES_MAX} edges");
                return Err(file.error("too-many", row.range, message).help("use fewer"));
            }
        }
        Ok(())
    };
    if let Err(refused) = read() {
        found.push(refused);
    }
    files.add_texts(found);
    edges
}

fn law(row: &Table, found: &mut Diagnostics) -> Option<Law> {
    let mean_degree = row.integer("mean_degree");
    Some(match row.text("law") {
        "scale-free" => {
            let text = row.text("exponent");
            let millionths = quantity::millionths(text).ok();
            let sound = millionths.filter(|value| (2_050_000..=10_000_000).contains(value));
            if let (None, Some(place)) = (sound, row.location("exponent")) {
                let message = format!("`exponent` is `{text}`, but must be from 2.05 to 10");
                let help = "such as `exponent = \"2.5\"`; the classical value of preferential \
                            attachment is 3";
                found.push(Diagnostic::error("out-of-range", place, message).help(help));
            }
            Law::ScaleFree {
                mean_degree,
                exponent_millionths: sound?,
            }
        }
        "hub" => Law::Hub {
            hubs: row.integer("hubs"),
            each: row.integer("hubs_each"),
        },
        "communities" => Law::Communities {
            mean_degree,
            size: row.integer("community_size"),
            inside: row.share("inside"),
        },
        _ => Law::Random { mean_degree },
    })
}

impl Law {
    /// How many edges a graph has on average.
    fn expected_edges(self, members: usize) -> usize {
        match self {
            Law::Random { mean_degree }
            | Law::ScaleFree { mean_degree, .. }
            | Law::Communities { mean_degree, .. } => members * mean_degree as usize / 2,
            Law::Hub { hubs, each } => members * each as usize + (hubs * hubs / 2) as usize,
        }
    }
}

/// Finds what is wrong with a graph that the law cannot make or the tables, which hold so many edges
/// already, cannot take up.
fn fits(
    (law, members): (Law, usize),
    edges: &mut usize,
    (name, row): (&str, &Table),
    found: &mut Diagnostics,
) {
    let place = |key: &str| row.location(key).or(row.location("law"));
    let mut refuse = |key: &str, message: String, help: &str| {
        let diagnostic = match place(key) {
            Some(place) => Diagnostic::error("out-of-range", place, message),
            None => Diagnostic::placeless("out-of-range", message),
        };
        found.push(diagnostic.help(help));
    };
    *edges += law.expected_edges(members);
    if *edges > EDGES_MAX {
        let message = format!(
            "with `{name}` partner graphs would have some {edges} edges, but may have {EDGES_MAX} in all"
        );
        return refuse(
            "mean_degree",
            message,
            "use a smaller mean degree or fewer organizations",
        );
    }
    if let Law::Communities {
        mean_degree,
        size,
        inside,
    } = law
    {
        let inside = mean_degree as f64 * inside.as_fraction();
        if inside > size as f64 - 1.0 {
            let message =
                format!("{inside} partners in a community of {size} are more than there are");
            let help =
                "use a smaller `mean_degree` or share `inside`, or a larger `community_size`";
            return refuse("community_size", message, help);
        }
        let outside = mean_degree as f64 - inside;
        let others = members.saturating_sub(size as usize);
        // Shares are not exact in binary.
        if outside > others as f64 + 1e-9
            && let Some(place) = place("community_size")
        {
            let message = format!(
                "of {members} members {others} are outside a community of {size}: fewer than the \
                 {outside:.2} partners there that `mean_degree` and `inside` ask for"
            );
            let help = "organizations will have fewer partners; use a smaller `community_size` or \
                        `mean_degree`, or `inside = \"100 %\"`";
            found.push(Diagnostic::warning("few-partners", place, message).help(help));
        }
    }
}

fn variants(row: &Table, found: &mut Diagnostics) -> Weights {
    let shares = row
        .named("variant")
        .map(|(name, row)| (name.to_owned(), row.share("share")));
    let shares: Vec<(String, Share)> = shares.collect();
    super::check_shares(row, &shares, found);
    Weights::of(shares)
}

/// A partner graph whose relationships are made.
struct Graph<'a> {
    hash: NameHash,
    row: &'a Table,
    variants: Weights,
    /// By class or declared organization, and by variant.
    prototypes: BTreeMap<(Whose, Option<usize>), OrganizationRelationship>,
    classes: &'a [Class],
    targets: &'a Targets,
    declared: &'a [Partner],
}

/// Whose facts a relationship holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Class(u32),
    Declared(OrgId),
}

impl Graph<'_> {
    fn relationship(
        &mut self,
        plan: &Plan,
        (from, to): (OrgId, OrgId),
        world: &World,
        ids: &mut Ids,
        found: &mut Diagnostics,
    ) -> OrganizationRelationship {
        let drawn = to.index().checked_sub(plan.declared);
        let target = drawn.map(|index| self.targets.rows[index]);
        let whose = target.map_or(Whose::Declared(to), |(class, _)| Whose::Class(class));
        let hash = |id| world.organizations.original(id).hash;
        let entity = self.hash.with(hash(from).0).with(hash(to).0);
        let bits = plan.keys().bits(Purpose::PartnerVariant, entity, 0);
        let variant = self.variants.pick(bits);
        if !self.prototypes.contains_key(&(whose, variant)) {
            let prototype = self.prototype(whose, variant, ids, found);
            self.prototypes.insert((whose, variant), prototype);
        }
        let mut row = self.prototypes[&(whose, variant)].clone();
        if let Some((class, first)) = target {
            let own = &self.targets.names[first as usize..];
            let known = &self.classes[class as usize].names;
            template::of_relationship(&mut row, &mut |id| {
                if let Some(index) = known.iter().position(|(known, ..)| known == id) {
                    *id = own[index];
                }
            });
        }
        // One list for all relationships toward an organization.
        let registered = &world.organizations.original(to).trust.registration.domains;
        if row.domain_names == *registered {
            row.domain_names = registered.clone();
        }
        let name = |id| &*world.organizations.original(id).name;
        row.organization = from;
        row.name = format!("{} -> {}", name(from), name(to)).into();
        row.hash = NameHash::of(&row.name);
        row
    }

    fn prototype(
        &self,
        whose: Whose,
        variant: Option<usize>,
        ids: &mut Ids,
        found: &mut Diagnostics,
    ) -> OrganizationRelationship {
        let partner = match whose {
            Whose::Class(class) => &self.classes[class as usize].partner,
            Whose::Declared(id) => &self.declared[id.index()],
        };
        let set = variant.map(|index| {
            let name = self.variants.0[index].0.as_str();
            let mut rows = self.row.named("variant");
            let found = rows.find(|(known, _)| *known == name);
            found.expect("it is one of them").1.table("set")
        });
        let parts = std::iter::once(self.row.table("relationship")).chain(set);
        let mut row = template::completed(&RELATIONSHIP, parts);
        if let (Whose::Declared(_), Some(domain)) = (whose, partner.federated.first()) {
            for key in ["target_autodiscover_epr", "target_sharing_epr"] {
                if let Some(Entry {
                    value: Value::Text(url),
                    ..
                }) = row.get_mut(key)
                {
                    *url = url.replace(TEMPLATE_DOMAIN, domain);
                }
            }
        }
        derive::derive_relationship(&mut row, partner);
        let row = sharing::relationship("(relationship)", &row, OrgId(u32::MAX), ids, found);
        self.check_hosts(whose, &row, ids, found);
        row
    }

    /// Finds addresses in the partner's domain at which no organization of its population has a host.
    fn check_hosts(
        &self,
        whose: Whose,
        row: &OrganizationRelationship,
        ids: &Ids,
        found: &mut Diagnostics,
    ) {
        let Whose::Class(class) = whose else {
            return;
        };
        let known = &self.classes[class as usize].names;
        let urls = [row.target_autodiscover_epr, row.target_sharing_epr];
        for url in urls.into_iter().flatten() {
            let host = ids.names.text(url.host);
            let is_known = known.iter().any(|(known, ..)| *known == url.host);
            if host.ends_with(TEMPLATE_DOMAIN)
                && !is_known
                && let Some(place) = self.row.location("relationship")
            {
                let host = host.replace(TEMPLATE_DOMAIN, "{domain}");
                let message = format!("the partners have no host `{host}`");
                let help = "they have `mail.{domain}` and `autodiscover.{domain}`, and the hosts that \
                            their population's `organization` declares";
                found.push(Diagnostic::error("unknown-host", place, message).help(help));
            }
        }
    }
}
