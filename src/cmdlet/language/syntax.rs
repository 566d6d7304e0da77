//! A script as a tree: statements, pipelines, commands, values, each with its place in the text.
//!
//! It knows no cmdlets; what a command's parameters are bound to is the catalog's matter. Invariant: the
//! tree is at most [`DEPTH_MAX`] levels deep wherever it can nest, so that walking it needs no guard.

use crate::cmdlet::finding::Place;

/// How deep parentheses, blocks, properties and operators may nest.
pub const DEPTH_MAX: usize = 64;

/// A script that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Its text.
    pub text: String,
    /// What it does, line by line.
    pub statements: Vec<Statement>,
    /// Where statements stand that could not be read.
    pub lost: Vec<Place>,
}

/// A word of the text, as it was written, typographic dashes made plain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: Box<str>,
    /// Where.
    pub place: Place,
}

/// A line of a script: a pipeline whose result is shown, or kept in a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// All of it.
    pub place: Place,
    /// The variable that keeps the result, without its `$`.
    pub variable: Option<Word>,
    /// What is done.
    pub pipeline: Pipeline,
}

/// Stages, each of which takes what the one before gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// All of it.
    pub place: Place,
    /// One at least; a value can only be the first.
    pub stages: Vec<Stage>,
}

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A value.
    Value(Expression),
    /// A cmdlet.
    Command(Command),
    /// `Where-Object`: keeps what the condition is true for.
    Where(Pipeline),
    /// `Select-Object`: keeps properties, or the first objects.
    Select(Select),
    /// `ForEach-Object`: runs statements for each object.
    ForEach(Vec<Statement>),
    /// `Format-List` and `Format-Table`: how the result is shown.
    Format(Format),
}

/// A cmdlet with what was written behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// All of it.
    pub place: Place,
    /// The cmdlet's name.
    pub name: Word,
    /// What follows, in its order.
    pub arguments: Vec<Argument>,
}

/// What follows a cmdlet's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `-Name`, with its value only if a colon ties it: `-Confirm:$false`.
    Parameter {
        /// The name without the dash.
        name: Word,
        /// What stands behind the colon.
        value: Option<Expression>,
    },
    /// A value. Whether it belongs to the parameter before it depends on that parameter.
    Value(Expression),
    /// `{ ... }`.
    Block {
        /// All of it.
        place: Place,
        /// What is in it.
        statements: Vec<Statement>,
    },
}

/// What `Select-Object` keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// Patterns of names of properties; none: all.
    pub properties: Vec<Word>,
    /// The property whose values take the place of the objects.
    pub expanded: Option<Word>,
    /// How many objects, from the first.
    pub first: Option<u64>,
}

/// How a result is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Below each other or in columns.
    pub shape: Shape,
    /// Patterns of names of properties; none: those that are usual for the shape.
    pub properties: Vec<Word>,
}

/// The two shapes of a shown result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A property a line.
    List,
    /// An object a line.
    Table,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// All of it.
    pub place: Place,
    /// What it is.
    pub kind: ExpressionKind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpressionKind {
    /// `$null`.
    Null,
    /// `$true` and `$false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text in quotes, or a word.
    Text(Box<str>),
    /// A text with values in it: `"cas1.$domain"`.
    Interpolated(Vec<Part>),
    /// `$name`, without the `$`; `_` is the object at hand.
    Variable(Box<str>),
    /// `$x.Name`.
    Property(Box<Expression>, Word),
    /// `$x[0]`.
    Index(Box<Expression>, Box<Expression>),
    /// `$x.AddDays(-1)`.
    Call(Box<Expression>, Method, Vec<Expression>),
    /// `[System.Guid]::NewGuid()`.
    NewGuid,
    /// `a, b, c`.
    List(Vec<Expression>),
    /// `@( ... )`: the results of statements, always a list.
    Array(Vec<Statement>),
    /// `@{Add="a"; Remove="b"}`.
    Table(Vec<(Word, Expression)>),
    /// `( ... )` and `$( ... )`.
    Pipeline(Box<Pipeline>),
    /// `-not`.
    Not(Box<Expression>),
    /// Two values and an operator.
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Text(Box<str>),
    /// The value's text.
    Value(Expression),
}

/// Methods that documented procedures call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `.ToString()`, of an identifier also with `"N"` (without hyphens) and `"D"` (with).
    ToText,
    /// `.AddDays(n)` of a date.
    AddDays,
    /// `.AddHours(n)` of a date.
    AddHours,
    /// `.AddMinutes(n)` of a date.
    AddMinutes,
}

/// Operators between two values. Texts are compared without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `-eq`.
    Equal,
    /// `-ne`.
    NotEqual,
    /// `-gt`.
    Greater,
    /// `-ge`.
    GreaterOrEqual,
    /// `-lt`.
    Less,
    /// `-le`.
    LessOrEqual,
    /// `-like`, with `*` and `?`.
    Like,
    /// `-notlike`.
    NotLike,
    /// `-match`, for a plain text between optional `^` and `$`.
    Match,
    /// `-notmatch`.
    NotMatch,
    /// `-contains`: a list has a value.
    Contains,
    /// `-notcontains`.
    NotContains,
    /// `-in`: a value is in a list.
    In,
    /// `-notin`.
    NotIn,
    /// `-and`.
    And,
    /// `-or`.
    Or,
}

/// Each operator with its spelling, without the dash.
pub(crate) const OPERATORS: &[(&str, Operator)] = &[
    ("eq", Operator::Equal),
    ("ne", Operator::NotEqual),
    ("gt", Operator::Greater),
    ("ge", Operator::GreaterOrEqual),
    ("lt", Operator::Less),
    ("le", Operator::LessOrEqual),
    ("like", Operator::Like),
    ("notlike", Operator::NotLike),
    ("match", Operator::Match),
    ("notmatch", Operator::NotMatch),
    ("contains", Operator::Contains),
    ("notcontains", Operator::NotContains),
    ("in", Operator::In),
    ("notin", Operator::NotIn),
    ("and", Operator::And),
    ("or", Operator::Or),
];

impl Operator {
    /// The operator of a spelling without its dash, in any case.
    pub fn spelt(name: &str) -> Option<Operator> {
        // `-ieq` says of `-eq` what holds anyway: that case does not count.
        let plain = |name: &str| {
            let found = OPERATORS
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, operator)| *operator)
        };
        let explicit = || {
            let rest = name.strip_prefix(['i', 'I'])?;
            plain(rest).filter(|operator| !matches!(operator, Operator::And | Operator::Or))
        };
        plain(name).or_else(explicit)
    }
}

impl Expression {
    /// Whether the value stands in the text and does not depend on what happens.
    pub fn is_literal(&self) -> bool {
        match &self.kind {
            ExpressionKind::Null
            | ExpressionKind::Boolean(_)
            | ExpressionKind::Integer(_)
            | ExpressionKind::Text(_) => true,
            ExpressionKind::List(items) => items.iter().all(Expression::is_literal),
            ExpressionKind::Table(entries) => entries.iter().all(|(_, value)| value.is_literal()),
            _ => false,
        }
    }
}
