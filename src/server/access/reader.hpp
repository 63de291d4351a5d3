// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/exchange.hpp"

namespace shaman::http {

/// The requester of a call that only reads: a worker renders for all, and may read every file and
/// checkout; an artist those that are known to it.
[[nodiscard]] inline Requester reader_of(const Exchange& exchange) {
  Requester reader = exchange.requester;
  if (exchange.principal.role == auth::Role::worker) reader.knows_all = true;
  return reader;
}

}  // namespace shaman::http
