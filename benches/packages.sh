# Debian's packages of what a bench needs; sourced by the `run` of each.

missing=()

# PACKAGE is missing unless the command tells that it is there: need PACKAGE COMMAND…
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

# Installs what is missing, without starting the servers that some of it are.
install_missing() {
    if [[ ${#missing[@]} -eq 0 ]]; then return; fi
    local root=() policy=/usr/sbin/policy-rc.d
    if [[ $(id -u) -ne 0 ]]; then root=(sudo); fi
    echo "installing Debian's ${missing[*]}" >&2
    "${root[@]}" apt-get update -qq
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | "${root[@]}" install -m 755 /dev/stdin "$policy"
        # shellcheck disable=SC2064 # as they are now
        trap "${root[*]} rm -f $policy" RETURN
    fi
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    missing=()
}

# What every bench has: an origin server, a load tool, a certificate.
need_rig() {
    need nginx-light nginx -v
    need nghttp2-client h2load --version
    need openssl openssl version
    need python3 python3 --version
}
