// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/figures/figures.hpp"
#include "server/handlers.hpp"

namespace shaman::http {

// On a network thread: the pools may be waiting for a disk, which is when the figures are needed.
Task<Response> get_metrics(Exchange& exchange) {
  exchange.is_routine = true;
  const Services& services = exchange.services;
  metrics::Page page;
  services.figures.requests.write(page);
  services.figures.calls.write(page);
  write_state(services, page);
  for (const auto& write : services.figures.further)
    write(page);
  Response response;
  response.body = page.text();
  response.content_type = metrics::Page::kType;
  response.headers = "Cache-Control: no-store\r\n";
  co_return response;
}

}  // namespace shaman::http
