//! Errors of AWS calls as failures with our names. Every AWS call of ours may be repeated without harm (it is
//! conditional, deduplicated, or named after the business fact), so whatever is not our mistake is
//! [`FailureName::SystemUnavailable`].

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use domain::failure::{Failure, FailureName};

/// Codes of answers that say our set-up is wrong: rights, or a resource that is not there.
const SET_UP_CODES: [&str; 9] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "InvalidClientTokenId",
    "KmsAccessDeniedException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
    "UnrecognizedClientException",
];

/// Codes of answers that say this one request is wrong, however often it is sent.
const REQUEST_CODES: [&str; 5] = [
    "ValidationException",
    "InvalidParameterValue",
    "InvalidMessageContents",
    "InvalidExecutionInput",
    "InvalidName",
];

/// The failure behind an error of an AWS call. `doing` says what was attempted (`"sending to the inbox"`); the
/// service's message is left out, because it may quote the input.
pub fn aws_failure<E: ProvideErrorMetadata, R>(doing: &str, error: &SdkError<E, R>) -> Failure {
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
        .unwrap_or("no answer");
    let short = code.rsplit(['.', '#']).next().unwrap_or(code);
    let failure = |name| Failure::new(name, format!("{doing}: {short}"));
    if SET_UP_CODES.contains(&short) || short == "NonExistentQueue" {
        failure(FailureName::Misconfigured)
            .remedy("check the function's role and the names in its environment")
    } else if REQUEST_CODES.contains(&short) {
        failure(FailureName::Refused)
    } else {
        failure(FailureName::SystemUnavailable)
    }
}

/// Whether the service answered with one of these error codes.
pub fn answered_with<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>, codes: &[&str]) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code.is_some_and(|code| codes.contains(&code.rsplit(['.', '#']).next().unwrap_or(code)))
}
