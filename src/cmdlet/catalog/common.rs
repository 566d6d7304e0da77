//! Parameters that all cmdlets have.
//!
//! It knows no cmdlet. Invariant: what is here is carried out by the interpreter or means nothing in a
//! script that nobody sits in front of.

use super::{Kind, Parameter};

/// The common parameters that are carried out. A script answers no prompts, so `-Confirm:$false` changes
/// nothing; `-Force` only lets a removal go on without the gateway, and discovery trust every host.
///
/// Source: about_CommonParameters (docs).
pub const COMMON: &[Parameter] = &[
    Parameter::new("Verbose", Kind::Switch).also(&["vb"]),
    Parameter::new("Confirm", Kind::Switch).also(&["cf"]),
    Parameter::new("Force", Kind::Switch),
    Parameter::new(
        "ErrorAction",
        Kind::OneOf(&["Continue", "SilentlyContinue", "Stop"]),
    )
    .also(&["ea"]),
    Parameter::new(
        "WarningAction",
        Kind::OneOf(&["Continue", "SilentlyContinue"]),
    )
    .also(&["wa"]),
];

/// Common parameters that are not.
pub const COMMON_NOT_MODELLED: &[&str] = &[
    "WhatIf",
    "Debug",
    "ErrorVariable",
    "WarningVariable",
    "OutVariable",
    "OutBuffer",
    "PipelineVariable",
    "InformationAction",
    "InformationVariable",
    "DomainController",
];
