//! By whose rules cookies are explained: a site's, or a registry's with the shipped defaults.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::terminal::{colours, tell};
use super::super::{FAULTY, WRONG, load};
use super::{Arguments, Refusal};
use crate::config::{Compiled, Limits, Mode, Site, Snapshot};
use crate::diagnostic::Diagnostics;
use crate::policy::{Policy, Undeclared};

/// The rules.
pub(super) struct Rules {
    pub(super) policy: Policy,
    /// The site's name; none for a registry by itself.
    pub(super) site: Option<String>,
    /// What the site does with the verdicts on that path.
    pub(super) mode: Mode,
}

impl Rules {
    /// Reads the files that the arguments name.
    pub(super) fn load(arguments: &Arguments) -> Result<Self, Refusal> {
        if let Some(path) = &arguments.registry {
            let (registry, faults) = load::registry(path).map_err(|sentence| (FAULTY, sentence))?;
            let registry = registry.ok_or_else(|| faulty(&faults, path))?;
            let block = Undeclared::Block;
            let policy = Policy::new(Arc::new(registry), block, block, Limits::default().cookies);
            return Ok(Self { policy, site: None, mode: Mode::Enforce });
        }
        let variable = || std::env::var_os("TAMIS_CONFIG").map(PathBuf::from);
        let path = arguments.config.clone().or_else(variable).unwrap_or_else(load::default_path);
        let Compiled { snapshot, faults, .. } = load::load(&path).map_err(|sentence| (FAULTY, sentence))?;
        let snapshot = snapshot.ok_or_else(|| faulty(&faults, &path))?;
        let site = site(&snapshot, arguments.site.as_deref())?;
        let mode = site.mode(&arguments.path);
        Ok(Self { policy: site.policy.clone(), site: Some(site.name.clone()), mode })
    }
}

/// The site that takes a host; without a host, the only one.
fn site<'a>(snapshot: &'a Snapshot, host: Option<&str>) -> Result<&'a Site, Refusal> {
    let names = || snapshot.sites.iter().map(|site| site.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(host) = host {
        let missing = || (WRONG, format!("no site takes the host {host}; the configuration has {}", names()));
        return snapshot.sites.find(host).ok_or_else(missing);
    }
    let mut sites = snapshot.sites.iter();
    match (sites.next(), sites.next()) {
        (Some(only), None) => Ok(only),
        _ => Err((WRONG, format!("the configuration has several sites, choose one by --site: {}", names()))),
    }
}

/// Shows what is wrong with the files.
fn faulty(faults: &Diagnostics, path: &Path) -> Refusal {
    tell(&format!("{}\n", faults.render(colours(&std::io::stderr()))));
    (FAULTY, format!("{} can't be used as it is", path.display()))
}
