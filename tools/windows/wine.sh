#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a Windows program under Wine, without a display: wine.sh PROGRAM.exe ARG…
# SHAMAN_WINEPREFIX is the folder of Wine's C: drive (~/.cache/shaman-wine), made if missing.
set -euo pipefail

export WINEPREFIX=${SHAMAN_WINEPREFIX:-$HOME/.cache/shaman-wine}
export WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe=d'
unset DISPLAY
# In the C locale Wine breaks every name that is not ASCII.
export LC_ALL=C.UTF-8

if [[ ! -f $WINEPREFIX/.shaman-ready ]]; then
  mkdir -p "$WINEPREFIX"
  (
    flock 9
    [[ -f $WINEPREFIX/.shaman-ready ]] && exit
    # Wine 8 says that it is Windows 7; the programs are for Windows 10.
    timeout 120 wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1 9>&-
    touch "$WINEPREFIX/.shaman-ready"
  ) 9>"$WINEPREFIX/.lock"
fi
exec timeout "${SHAMAN_WINE_TIMEOUT:-600}" wine "$@"
