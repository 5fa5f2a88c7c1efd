//! Errors of AWS calls as people need them: what could not be done, why, and what to do.

use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};

use crate::exit::Stop;

/// Codes that say who we are is not known.
const UNKNOWN_CODES: [&str; 5] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];
/// Codes that say we may not.
const FORBIDDEN_CODES: [&str; 4] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "UnauthorizedOperation",
];
/// Codes that say that it is not there.
const ABSENT_CODES: [&str; 8] = [
    "AWS.SimpleQueueService.NonExistentQueue",
    "ExecutionDoesNotExist",
    "QueueDoesNotExist",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
    "StackNotFoundException",
    "NotFound",
];

/// Why an AWS call about `what` did not work.
pub fn stopped<E, R>(what: &str, error: &SdkError<E, R>) -> Stop
where
    E: ProvideErrorMetadata,
{
    let service = error.as_service_error();
    let code = service.and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let message = service
        .and_then(ProvideErrorMetadata::message)
        .unwrap_or_default();
    if UNKNOWN_CODES.contains(&code) {
        Stop::unreachable(format!("{what}: AWS does not accept the credentials ({code})"))
            .remedy("sign in again (aws sso login), or name another --profile")
    } else if FORBIDDEN_CODES.contains(&code) {
        Stop::unreachable(format!("{what}: not allowed ({code})"))
            .remedy("use a profile whose rights are those listed in ops/README.md")
    } else if ABSENT_CODES.contains(&code) || message.contains("does not exist") {
        Stop::usage(format!("{what} does not exist")).remedy("check --stack and --region")
    } else if code.is_empty() {
        let hint = match error {
            SdkError::ConstructionFailure(_) => "no usable AWS credentials or region were found",
            SdkError::TimeoutError(_) => "AWS did not answer in time",
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
                "nobody answers at this address of AWS"
            }
            _ => "no AWS credentials were found that AWS could be asked with",
        };
        Stop::unreachable(format!("{what}: {hint}")).remedy(
            "check --profile, --region, --endpoint-url, the network, and `aws sts get-caller-identity`",
        )
    } else {
        Stop::unreachable(format!("{what}: {code} {message}").trim_end().to_owned())
    }
}

/// Whether an AWS call was answered with "there is no such thing".
pub fn is_absent<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code.is_some_and(|code| ABSENT_CODES.contains(&code))
}
