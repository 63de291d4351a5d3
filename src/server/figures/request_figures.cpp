// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/figures/request_figures.hpp"

#include <algorithm>
#include <utility>

namespace shaman::http {
namespace {

constexpr std::array<double, 14> kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                          0.25,  0.5,    1,     2.5,  10,    60,   300};

// The labels of figures are names for programs: they never change.
std::string_view label_of(errc kind) noexcept {
  switch (kind) {
    case errc::invalid_argument:
      return "invalid_argument";
    case errc::unsafe_path:
      return "unsafe_path";
    case errc::conflicting_paths:
      return "conflicting_paths";
    case errc::blobs_missing:
      return "blobs_missing";
    case errc::no_unique_path:
      return "no_unique_path";
    case errc::content_mismatch:
      return "content_mismatch";
    case errc::too_large:
      return "too_large";
    case errc::storage_full:
      return "storage_full";
    case errc::busy:
      return "busy";
    case errc::shutting_down:
      return "shutting_down";
    case errc::not_found:
      return "not_found";
    case errc::not_a_store:
      return "not_a_store";
    case errc::damaged_file:
      return "damaged_file";
    case errc::limit_exceeded:
      return "limit_exceeded";
    case errc::changed_while_read:
      return "changed_while_read";
    case errc::io_error:
      return "io_error";
    case errc::unreachable:
      return "unreachable";
    case errc::manager_away:
      return "manager_away";
    case errc::access_denied:
      return "access_denied";
    case errc::protocol_error:
      return "protocol_error";
    case errc::cancelled:
      return "cancelled";
  }
  return "other";
}

void add(std::atomic<std::uint64_t>& to, std::uint64_t amount = 1) noexcept {
  to.fetch_add(amount, std::memory_order_relaxed);
}

double value_of(const std::atomic<std::uint64_t>& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

}  // namespace

RequestFigures::Row::Row(Router::Name name_in) : name(std::move(name_in)), seconds(kSeconds) {}

void RequestFigures::Row::write(metrics::Page& page) const {
  const metrics::Labels labels{{"method", name.method}, {"route", name.pattern}};
  for (unsigned i = 0; i < kStatuses; ++i) {
    if (statuses[i].load(std::memory_order_relaxed) == 0) continue;
    metrics::Labels with_status = labels;
    with_status.emplace_back("status", std::to_string(kFirstStatus + i));
    page.counter("shaman_http_requests_total", "Requests that were answered.",
                 value_of(statuses[i]), std::move(with_status));
  }
  const auto times = seconds.snapshot();
  if (times.total() == 0) return;
  page.distribution("shaman_http_request_duration_seconds",
                    "From the first byte of a request to the last one of its answer.", times,
                    labels);
  page.counter("shaman_http_received_bytes_total", "Bytes of requests' bodies, as sent.",
               value_of(bytes_in), labels);
  page.counter("shaman_http_sent_bytes_total", "Bytes of answers, with their headers.",
               value_of(bytes_out), labels);
  page.counter("shaman_http_unheard_requests_total",
               "Requests whose client was gone before its answer.", value_of(unheard), labels);
}

void RequestFigures::begin(const std::vector<Router::Name>& routes) {
  for (const Router::Name& route : routes)
    rows_.emplace_back(route);
  rows_.emplace_back(Router::Name{"any", "manager"});
  rows_.emplace_back(Router::Name{"any", "other"});
}

RequestFigures::Row& RequestFigures::row_of(const FigureRow& row) noexcept {
  const std::size_t routes = rows_.size() - 2;
  switch (row.kind) {
    case FigureRow::Kind::route:
      return rows_[std::min(row.route, routes - 1)];
    case FigureRow::Kind::passed_on:
      return rows_[routes];
    case FigureRow::Kind::other:
      break;
  }
  return rows_[routes + 1];
}

void RequestFigures::count(const Request& request) noexcept {
  if (rows_.size() <= 2) return;
  Row& row = row_of(request.row);
  // A Manager may answer with any number.
  const unsigned status =
      std::clamp(request.status, kFirstStatus, kFirstStatus + kStatuses - 1) - kFirstStatus;
  add(row.statuses[status]);
  row.seconds.add(request.seconds);
  add(row.bytes_in, request.bytes_in);
  add(row.bytes_out, request.bytes_out);
  if (request.unheard) add(row.unheard);
  if (request.kind) add(kinds_[static_cast<std::size_t>(*request.kind)]);
}

void RequestFigures::write(metrics::Page& page) const {
  for (const Row& row : rows_)
    row.write(page);
  for (std::size_t i = 0; i < kKinds; ++i)
    page.counter("shaman_errors_total", "Requests that failed, by the kind of the error.",
                 value_of(kinds_[i]), {{"kind", std::string(label_of(static_cast<errc>(i)))}});
}

}  // namespace shaman::http
