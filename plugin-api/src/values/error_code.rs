//! The error codes that clients may see, under the names of Matrix and Synapse.

use std::borrow::Cow;
use std::fmt;

macro_rules! error_codes {
    ($( $name:ident = $code:literal, )*) => {
        /// An errcode: every code of the Matrix specification and of Synapse's `Codes`, or a code
        /// that the module defines.
        ///
        /// ```
        /// # use hsmod_plugin_api::prelude::*;
        /// assert_eq!(ErrorCode::Forbidden.as_str(), "M_FORBIDDEN");
        /// assert_eq!(ErrorCode::from("M_FORBIDDEN"), ErrorCode::Forbidden);
        /// assert_eq!(ErrorCode::from("ORG.EXAMPLE.BUSY").as_str(), "ORG.EXAMPLE.BUSY");
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $( #[doc = concat!("`", $code, "`")] $name, )*
            /// Any other code.
            Custom(Cow<'static, str>),
        }

        impl ErrorCode {
            /// Every code that has a variant.
            pub const NAMED: &'static [Self] = &[$( Self::$name, )*];

            /// The code as clients see it.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$name => $code, )*
                    Self::Custom(code) => code,
                }
            }

            fn named(code: &str) -> Option<Self> {
                Some(match code {
                    $( $code => Self::$name, )*
                    _ => return None,
                })
            }
        }
    };
}

error_codes! {
    AlreadyJoined = "ORG.MATRIX.MSC3848.ALREADY_JOINED",
    AppserviceLoginUnsupported = "M_APPSERVICE_LOGIN_UNSUPPORTED",
    AsFedproxyConnectionFailed = "IO.ELEMENT.MSC4512.M_FEDPROXY_CONNECTION_FAILED",
    AsFedproxyDestinationDenied = "IO.ELEMENT.MSC4512.M_FEDPROXY_DESTINATION_DENIED",
    AsFedproxyNoProxyPrefix = "IO.ELEMENT.MSC4512.M_FEDPROXY_NO_PROXY_PREFIX",
    AsFedproxyPathNotAllowed = "IO.ELEMENT.MSC4512.M_FEDPROXY_PATH_NOT_ALLOWED",
    AsPingBadStatus = "M_BAD_STATUS",
    AsPingConnectionFailed = "M_CONNECTION_FAILED",
    AsPingConnectionTimeout = "M_CONNECTION_TIMEOUT",
    AsPingUrlNotSet = "M_URL_NOT_SET",
    BadAlias = "M_BAD_ALIAS",
    BadJson = "M_BAD_JSON",
    BadPagination = "M_BAD_PAGINATION",
    BadState = "M_BAD_STATE",
    CannotLeaveServerNoticeRoom = "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM",
    CannotOverwriteMedia = "M_CANNOT_OVERWRITE_MEDIA",
    CaptchaInvalid = "M_CAPTCHA_INVALID",
    CaptchaNeeded = "M_CAPTCHA_NEEDED",
    ConsentNotGiven = "M_CONSENT_NOT_GIVEN",
    DelayTooLarge = "ORG.MATRIX.MSC4140_DELAY_TOO_LARGE",
    DuplicateAnnotation = "M_DUPLICATE_ANNOTATION",
    Exclusive = "M_EXCLUSIVE",
    ExpiredAccount = "ORG_MATRIX_EXPIRED_ACCOUNT",
    Forbidden = "M_FORBIDDEN",
    GuestAccessForbidden = "M_GUEST_ACCESS_FORBIDDEN",
    IncompatibleRoomVersion = "M_INCOMPATIBLE_ROOM_VERSION",
    InsufficientPower = "ORG.MATRIX.MSC3848.INSUFFICIENT_POWER",
    InvalidParam = "M_INVALID_PARAM",
    InvalidSignature = "M_INVALID_SIGNATURE",
    InvalidUsername = "M_INVALID_USERNAME",
    InviteBlocked = "M_INVITE_BLOCKED",
    KeyTooLarge = "M_KEY_TOO_LARGE",
    LimitExceeded = "M_LIMIT_EXCEEDED",
    MissingParam = "M_MISSING_PARAM",
    MissingToken = "M_MISSING_TOKEN",
    Msc4306ConflictingUnsubscription = "IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION",
    Msc4306NotInThread = "IO.ELEMENT.MSC4306.M_NOT_IN_THREAD",
    NotFound = "M_NOT_FOUND",
    NotJoined = "ORG.MATRIX.MSC3848.NOT_JOINED",
    NotJson = "M_NOT_JSON",
    NotYetUploaded = "M_NOT_YET_UPLOADED",
    PasswordInDictionary = "M_PASSWORD_IN_DICTIONARY",
    PasswordNoDigit = "M_PASSWORD_NO_DIGIT",
    PasswordNoLowercase = "M_PASSWORD_NO_LOWERCASE",
    PasswordNoSymbol = "M_PASSWORD_NO_SYMBOL",
    PasswordNoUppercase = "M_PASSWORD_NO_UPPERCASE",
    PasswordTooShort = "M_PASSWORD_TOO_SHORT",
    ProfileTooLarge = "M_PROFILE_TOO_LARGE",
    ResourceLimitExceeded = "M_RESOURCE_LIMIT_EXCEEDED",
    RoomInUse = "M_ROOM_IN_USE",
    ServerNotTrusted = "M_SERVER_NOT_TRUSTED",
    ThreepidAuthFailed = "M_THREEPID_AUTH_FAILED",
    ThreepidDenied = "M_THREEPID_DENIED",
    ThreepidInUse = "M_THREEPID_IN_USE",
    ThreepidMediumNotSupported = "M_THREEPID_MEDIUM_NOT_SUPPORTED",
    ThreepidNotFound = "M_THREEPID_NOT_FOUND",
    TooLarge = "M_TOO_LARGE",
    UnableAuthoriseJoin = "M_UNABLE_TO_AUTHORISE_JOIN",
    UnableDueToPartialState = "ORG.MATRIX.MSC3895_UNABLE_DUE_TO_PARTIAL_STATE",
    UnableToGrantJoin = "M_UNABLE_TO_GRANT_JOIN",
    Unauthorized = "M_UNAUTHORIZED",
    Unknown = "M_UNKNOWN",
    UnknownDevice = "M_UNKNOWN_DEVICE",
    UnknownPos = "M_UNKNOWN_POS",
    UnknownToken = "M_UNKNOWN_TOKEN",
    Unrecognized = "M_UNRECOGNIZED",
    UnredactedContentDeleted = "FI.MAU.MSC2815_UNREDACTED_CONTENT_DELETED",
    UnsupportedRoomVersion = "M_UNSUPPORTED_ROOM_VERSION",
    UserAccountSuspended = "M_USER_SUSPENDED",
    UserAwaitingApproval = "ORG.MATRIX.MSC3866_USER_AWAITING_APPROVAL",
    UserDeactivated = "M_USER_DEACTIVATED",
    UserInUse = "M_USER_IN_USE",
    UserLimitExceeded = "M_USER_LIMIT_EXCEEDED",
    UserLocked = "M_USER_LOCKED",
    WeakPassword = "M_WEAK_PASSWORD",
    WrongRoomKeysVersion = "M_WRONG_ROOM_KEYS_VERSION",
    Unactionable = "M_UNACTIONABLE",
    InvalidRoomState = "M_INVALID_ROOM_STATE",
    SessionNotValidated = "M_SESSION_NOT_VALIDATED",
    NoValidSession = "M_NO_VALID_SESSION",
    SessionExpired = "M_SESSION_EXPIRED",
}

impl From<&str> for ErrorCode {
    fn from(code: &str) -> Self {
        Self::named(code).unwrap_or_else(|| Self::Custom(Cow::Owned(code.to_owned())))
    }
}

impl From<String> for ErrorCode {
    fn from(code: String) -> Self {
        Self::named(&code).unwrap_or(Self::Custom(Cow::Owned(code)))
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_code_is_found_by_its_text() {
        assert!(ErrorCode::NAMED.len() > 70);
        for code in ErrorCode::NAMED {
            assert_eq!(&ErrorCode::from(code.as_str()), code);
        }
    }
}
