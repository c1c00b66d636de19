//! Cookie-names that many sites share: sessions and CSRF tokens, which a site can't do without, and trackers, which no
//! site needs in order to work. For warnings only: what a cookie is for is the registry's to say.

use std::sync::LazyLock;

use super::overlap::covers;
use super::pattern::{Pattern, Token};

/// A well-known name and whose it is.
pub(super) struct Known {
    /// As written in the lists below.
    pub(super) name: &'static str,
    /// The software that sets it.
    pub(super) software: &'static str,
    pattern: Pattern,
}

/// The well-known tracker that a declared name would let pass.
pub(super) fn tracker(declared: &Pattern) -> Option<&'static Known> {
    static LIST: LazyLock<Vec<Known>> = LazyLock::new(|| list(TRACKERS));
    find(&LIST, declared)
}

/// The well-known session or CSRF cookie that a declared name would hold back.
pub(super) fn session(declared: &Pattern) -> Option<&'static Known> {
    static LIST: LazyLock<Vec<Known>> = LazyLock::new(|| list(SESSIONS));
    find(&LIST, declared)
}

/// The software that is known to set a cookie of that name, and whether it is a session's or a CSRF token's, which sites
/// can't do without; a tracker's else. What a cookie of a site is for is still the site's to say.
pub fn known_cookie(name: &[u8]) -> Option<(&'static str, bool)> {
    static NAMES: LazyLock<Vec<(Known, bool)>> = LazyLock::new(|| {
        let of = |rows, session| list(rows).into_iter().map(move |known| (known, session));
        of(SESSIONS, true).chain(of(TRACKERS, false)).collect()
    });
    let found = NAMES.iter().find(|(known, _)| known.pattern.matches(name))?;
    Some((found.0.software, found.1))
}

/// Whether a name is that of a CSRF token, which scripts read and send back: it says so in some spelling, as those of
/// Django, Laravel, CakePHP, Express and Angular do.
pub fn is_csrf_token(name: &[u8]) -> bool {
    name.windows(4).any(|word| word.eq_ignore_ascii_case(b"csrf") || word.eq_ignore_ascii_case(b"xsrf"))
}

/// Whether a declared name or pattern is spelt like that.
pub(super) fn is_csrf_pattern(declared: &Pattern) -> bool {
    let byte = |token| match token {
        Token::Byte(byte) => byte,
        _ => b'*',
    };
    is_csrf_token(&declared.tokens().map(byte).collect::<Vec<_>>())
}

fn list(rows: &[(&'static str, &'static [&'static str])]) -> Vec<Known> {
    let names = rows.iter().flat_map(|(software, names)| names.iter().map(move |name| (*software, *name)));
    names
        .filter_map(|(software, name)| Some(Known { name, software, pattern: Pattern::parse(name).ok()? }))
        .collect()
}

/// A declared name is a known one if one covers the other; that they overlap somewhere is no sign.
fn find(list: &'static [Known], declared: &Pattern) -> Option<&'static Known> {
    list.iter().find(|known| match (declared.exact(), known.pattern.exact()) {
        (Some(name), _) => known.pattern.matches(name),
        (None, Some(name)) => declared.matches(name),
        (None, None) => covers(&known.pattern, declared) || covers(declared, &known.pattern),
    })
}

const SESSIONS: &[(&str, &[&str])] = &[
    (
        "Django",
        &[
            "sessionid",
            "csrftoken",
            "__Host-sessionid",
            "__Secure-sessionid",
            "__Host-csrftoken",
            "__Secure-csrftoken",
        ],
    ),
    ("PHP", &["PHPSESSID", "__Host-PHPSESSID", "__Secure-PHPSESSID"]),
    ("Jakarta EE", &["JSESSIONID", "JSESSIONIDSSO"]),
    (
        "ASP.NET",
        &[
            "ASP.NET_SessionId",
            ".ASPXAUTH",
            ".AspNetCore.Session",
            ".AspNetCore.Cookies",
            ".AspNetCore.Antiforgery.{id}",
            "__RequestVerificationToken*",
        ],
    ),
    ("Express", &["connect.sid", "_csrf"]),
    ("Laravel", &["laravel_session", "XSRF-TOKEN"]),
    ("Ruby", &["rack.session"]),
    ("Flask", &["session"]),
    ("CKAN", &["auth_tkt", "ckan"]),
    ("Drupal", &["SESS{id}", "SSESS{id}"]),
    ("WordPress", &["wordpress_logged_in_*", "wordpress_sec_*"]),
    ("TYPO3", &["fe_typo_user", "be_typo_user"]),
    ("Moodle", &["MoodleSession*"]),
    ("CodeIgniter", &["ci_session"]),
    ("CakePHP", &["CAKEPHP", "csrfToken"]),
    ("Keycloak", &["AUTH_SESSION_ID*", "KEYCLOAK_SESSION*", "KEYCLOAK_IDENTITY*"]),
    ("a web framework", &["csrf", "csrf_token", "CSRF-TOKEN", "_csrf_token"]),
];

const TRACKERS: &[(&str, &[&str])] = &[
    (
        "Google Analytics",
        &[
            "_ga",
            "_ga_*",
            "_gid",
            "_gat*",
            "_dc_gtm_*",
            "__utma",
            "__utmb",
            "__utmc",
            "__utmt*",
            "__utmv",
            "__utmz",
            "FPID",
            "FPLC",
        ],
    ),
    ("Google Ads", &["_gcl_*", "_gac_*", "__gads", "__gpi", "IDE", "DSID"]),
    ("YouTube", &["YSC", "VISITOR_INFO1_LIVE", "VISITOR_PRIVACY_METADATA"]),
    ("Meta", &["_fbp", "_fbc"]),
    ("Microsoft Advertising", &["MUID", "MUIDB", "_uetsid", "_uetvid"]),
    ("Microsoft Clarity", &["_clck", "_clsk", "CLID"]),
    ("Application Insights", &["ai_user", "ai_session"]),
    ("LinkedIn", &["li_fat_id", "li_sugr", "bcookie", "lidc", "UserMatchHistory", "AnalyticsSyncHistory"]),
    ("X", &["personalization_id", "guest_id_ads", "guest_id_marketing", "muc_ads"]),
    ("TikTok", &["_ttp", "_tt_*", "ttclid"]),
    ("Pinterest", &["_pin_unauth", "_pinterest_*", "_derived_epik"]),
    ("Snapchat", &["_scid", "_scid_r"]),
    ("Hotjar", &["_hj*"]),
    ("HubSpot", &["hubspotutk", "__hstc", "__hssc", "__hssrc"]),
    ("Matomo", &["_pk_id.*", "_pk_ses.*", "_pk_ref.*", "_pk_cvar.*", "_pk_hsr.*"]),
    (
        "XiTi and Piano Analytics",
        &["xtvrn", "xtan", "xtant", "xtuid", "atuserid", "atidvisitor", "_pcid", "_pctx"],
    ),
    ("Mixpanel", &["mp_*_mixpanel"]),
    ("Amplitude", &["amp_*", "AMP_*", "amplitude_*"]),
    ("Segment", &["ajs_anonymous_id", "ajs_user_id", "ajs_group_id"]),
    ("PostHog", &["ph_*_posthog"]),
    ("Snowplow", &["_sp_id.*", "_sp_ses.*"]),
    ("RudderStack", &["rl_anonymous_id", "rl_user_id", "rl_session", "rl_trait"]),
    ("Datadog", &["_dd_s", "_dd_s_v2"]),
    ("Countly", &["*/cly_session", "*/cly_id"]),
    ("Yandex Metrica", &["_ym_*"]),
    ("Adobe Analytics", &["AMCV_*", "s_vi", "s_fid"]),
    ("Criteo", &["cto_bundle", "cto_bidid"]),
    ("Quantcast", &["__qca"]),
    ("Chartbeat", &["_chartbeat*", "_cb"]),
    ("Crazy Egg", &["_ce.*", "_crazyegg*"]),
    ("FullStory", &["fs_uid"]),
    ("Heap", &["_hp2_*"]),
    ("Marketo", &["_mkto_trk"]),
    ("Pardot", &["visitor_id*"]),
    ("Klaviyo", &["__kla_id"]),
    ("Mouseflow", &["mf_user", "mf_*"]),
    ("Sourcebuster", &["sbjs_*"]),
    ("VWO", &["_vis_opt_*", "_vwo_*"]),
    ("Optimizely", &["optimizelyEndUserId"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str, find: fn(&Pattern) -> Option<&'static Known>) -> Option<&'static str> {
        find(&Pattern::parse(text).unwrap()).map(|known| known.name)
    }

    #[test]
    fn every_known_name_is_a_sound_pattern() {
        for rows in [TRACKERS, SESSIONS] {
            assert_eq!(list(rows).len(), rows.iter().map(|(_, names)| names.len()).sum::<usize>());
        }
    }

    #[test]
    fn a_name_is_known_if_one_covers_the_other() {
        assert_eq!(named("_ga", tracker), Some("_ga"));
        assert_eq!(named("_pk_id.{id}.{id}", tracker), Some("_pk_id.*"));
        assert_eq!(named("_*", tracker), Some("_ga"));
        assert_eq!(named("mp_{id}_mixpanel", tracker), Some("mp_*_mixpanel"));
        assert_eq!(named("*_token", tracker), None, "an overlap such as amp__token is no sign");
        assert_eq!(named("_Ga", tracker), None, "names are case-sensitive");
        assert_eq!(named("sess*", session), Some("sessionid"));
        assert_eq!(named("SSESS0123abcd", session), Some("SSESS{id}"));
        assert_eq!(named("sessionid2", session), None);
    }
}
