//! What the shell shows of a cmdlet that failed.
//!
//! It knows no reasons. Invariant: an id depends on the message's name alone, the same on every machine.

use std::fmt;

use crate::cmdlet::catalog::Cmdlet;
use crate::engine::hash::NameHash;

/// Why a cmdlet failed, as the shell shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorRecord {
    /// The sentence that people read.
    pub message: String,
    /// The kind of error, such as `NotSpecified` or `InvalidArgument`.
    pub category: String,
    /// What it failed with, and of which type that is; both may be empty.
    pub target: (String, String),
    /// The cmdlet.
    pub cmdlet: String,
    /// The name of the exception.
    pub exception: String,
    /// Eight hexadecimal digits, or the name of an error of the shell itself.
    pub error_id: String,
    /// The class that failed.
    pub class: String,
    /// The server on which it ran.
    pub computer: String,
}

impl ErrorRecord {
    /// An error of a cmdlet of Exchange. Its id is a hash of the message's name, because the real one
    /// is a hash of what is not published.
    pub fn of(
        cmdlet: &Cmdlet,
        message_id: &str,
        exception: &str,
        message: impl Into<String>,
    ) -> ErrorRecord {
        let hash = NameHash::of(message_id).0;
        ErrorRecord {
            message: message.into(),
            category: "NotSpecified".to_owned(),
            target: (String::new(), String::new()),
            cmdlet: cmdlet.name.to_owned(),
            exception: exception.to_owned(),
            error_id: format!("{:08X}", hash & 0xFFFF_FFFF),
            class: cmdlet.class(),
            computer: String::new(),
        }
    }

    /// An error that the shell itself finds when it binds or looks for a command.
    pub(crate) fn of_shell(
        cmdlet: &str,
        category: &str,
        exception: &str,
        error_id: &str,
        message: impl Into<String>,
    ) -> ErrorRecord {
        ErrorRecord {
            message: message.into(),
            category: category.to_owned(),
            target: (String::new(), String::new()),
            cmdlet: cmdlet.to_owned(),
            exception: exception.to_owned(),
            error_id: error_id.to_owned(),
            class: cmdlet.to_owned(),
            computer: String::new(),
        }
    }

    /// With another category.
    pub fn category(mut self, category: &str) -> ErrorRecord {
        self.category = category.to_owned();
        self
    }

    /// With what it failed with.
    pub fn target(mut self, target: &str, type_name: &str) -> ErrorRecord {
        self.target = (target.to_owned(), type_name.to_owned());
        self
    }

    /// With the server on which it ran.
    pub fn computer(mut self, computer: &str) -> ErrorRecord {
        self.computer = computer.to_owned();
        self
    }

    /// The full id: `D04C5818,Microsoft.Exchange...`.
    pub fn full_id(&self) -> String {
        match self.class.as_str() {
            "" => self.error_id.clone(),
            class => format!("{},{class}", self.error_id),
        }
    }
}

impl fmt::Display for ErrorRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (target, type_name) = &self.target;
        writeln!(f, "{}", self.message)?;
        writeln!(
            f,
            "    + CategoryInfo          : {}: ({target}:{type_name}) [{}], {}",
            self.category, self.cmdlet, self.exception
        )?;
        writeln!(f, "    + FullyQualifiedErrorId : {}", self.full_id())?;
        writeln!(f, "    + PSComputerName        : {}", self.computer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmdlet::catalog::cmdlet;

    #[test]
    fn an_error_is_shown_as_published() {
        let failed = cmdlet("Get-FederationInformation").expect("it is in the catalog");
        let message =
            "Federation information could not be received from the external organization.";
        let exception = "GetFederationInformationFailedException";
        let mut record =
            ErrorRecord::of(failed, "ErrorGetFederationInformation", exception, message);
        // The hash of what the real one hashes is not known.
        record.error_id = "D04C5818".to_owned();
        let expected = "\
Federation information could not be received from the external organization.
    + CategoryInfo          : NotSpecified: (:) [Get-FederationInformation], GetFederationInformationFailedException
    + FullyQualifiedErrorId : D04C5818,Microsoft.Exchange.Management.SystemConfigurationTasks.GetFederationInformation
    + PSComputerName        : cas1.contoso.com
";
        assert_eq!(record.computer("cas1.contoso.com").to_string(), expected);
    }

    #[test]
    fn an_id_is_eight_digits_and_the_same_for_the_same_message() {
        let failed = cmdlet("Set-Mailbox").expect("it is in the catalog");
        let id = |message_id| ErrorRecord::of(failed, message_id, "X", "no").error_id;
        assert_eq!(id("a"), id("a"));
        assert_ne!(id("a"), id("b"));
        assert!(id("a").len() == 8 && id("a").bytes().all(|b| b.is_ascii_hexdigit()));
    }
}
