// SPDX-License-Identifier: GPL-3.0-or-later
// The figures that are asked for, not counted.
#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "server/access/running_requests.hpp"
#include "server/exchange.hpp"
#include "server/figures/figures.hpp"
#include "server/health/manager_state.hpp"
#include "server/health/readiness.hpp"

namespace shaman::http {
namespace {

using metrics::number;

void write_uploads(const Store& store, metrics::Page& page) {
  const StoreCounters counters = store.counters();
  page.gauge("shaman_uploads_running", "Uploads that are being received or committed.",
             number(store.uploads_under_way()));
  page.gauge("shaman_resumable_uploads_running", "Of these, uploads that can be resumed.",
             number(store.resumable_uploads_under_way()));
  page.counter("shaman_uploads_begun_total", "Uploads that the store accepted.",
               number(counters.uploads_begun));
  page.counter("shaman_uploads_committed_total", "Uploads that were stored.",
               number(counters.uploads_committed));
  page.counter("shaman_uploads_failed_total",
               "Uploads that failed on the disk, or had another content than announced.",
               number(counters.uploads_failed));
  page.counter("shaman_upload_takeovers_total", "Uploads that took over from a stalled one.",
               number(counters.takeovers));
  page.counter("shaman_store_written_bytes_total", "Bytes that uploads wrote to the storage.",
               number(counters.bytes_written));
  page.counter("shaman_store_added_blobs_total", "Blobs that were not in the store before.",
               number(counters.blobs_added));
  page.counter("shaman_store_added_bytes_total", "Bytes of these blobs.",
               number(counters.bytes_added));
  page.counter("shaman_store_marks_total", "Times of last use that were set on the disk.",
               number(counters.marks));
  page.counter("shaman_store_marks_remembered_total", "Questions about blobs that memory answered.",
               number(counters.marks_saved));
  page.counter("shaman_store_damaged_blobs_seen_total",
               "Blobs that were seen with a size other than their name's.",
               number(counters.damaged_blobs));
}

void write_journal(const JournalState& journal, metrics::Page& page) {
  page.gauge("shaman_journal_used", "Whether the storage has a journal for small files.",
             number(journal.is_used));
  page.gauge("shaman_journal_failing", "Whether the disk refused the journal.",
             number(journal.is_failing));
  page.gauge("shaman_journal_size_bytes", "Size of the journal's files.", number(journal.bytes));
  page.gauge("shaman_journal_used_bytes", "Of these, records that are still needed.",
             number(journal.used));
  page.counter("shaman_journal_blobs_total", "Blobs that were written to the journal.",
               number(journal.blobs));
  page.counter("shaman_journal_refused_blobs_total",
               "Small blobs that found no room in the journal, and were flushed one by one.",
               number(journal.refused));
}

// An unlimited amount has no figure: a number would be taken for one.
void write_amount(metrics::Page& page, const char* name, const char* help, std::uint64_t amount) {
  if (amount != std::numeric_limits<std::uint64_t>::max()) page.gauge(name, help, number(amount));
}

void write_storage(const StoreHealth& health, metrics::Page& page) {
  write_amount(page, "shaman_storage_free_bytes", "Free space of the storage's file system.",
               health.free_bytes);
  write_amount(page, "shaman_storage_free_inodes", "Free inodes of the storage's file system.",
               health.free_inodes);
  write_amount(page, "shaman_storage_upload_bytes",
               "Space that uploads may take, by the free space and the limits.",
               health.upload_bytes);
  page.counter("shaman_storage_flush_losses_total",
               "Flushes of the whole storage that the disk did not complete.",
               number(health.flush_losses));
  write_journal(health.journal, page);
}

void write_readiness(const Services& services, const StoreHealth& health, metrics::Page& page) {
  ReadinessFacts facts{
      .store = health, .manager = std::nullopt, .is_stopping = services.connections.is_stopping()};
  if (services.manager != nullptr) facts.manager = services.manager->get();
  for (const ReadinessCheck& check : check_readiness(facts))
    page.gauge("shaman_ready", "Whether a check of readiness succeeded.", number(check.is_good),
               {{"check", std::string(check.name)}});
}

void write_pools(const ServerPools& pools, metrics::Page& page) {
  const std::pair<const char*, const WorkerPool&> all[] = {{"quick", pools.quick},
                                                           {"disk", pools.disk},
                                                           {"requests", pools.requests},
                                                           {"judgements", pools.judgements}};
  for (const auto& [name, pool] : all) {
    const metrics::Labels labels{{"pool", name}};
    page.gauge("shaman_pool_max_threads", "Threads that a pool may have.", number(pool.threads()),
               labels);
    page.gauge("shaman_pool_threads", "Threads that a pool has started.", number(pool.started()),
               labels);
    page.gauge("shaman_pool_queued_jobs", "Jobs that wait for a thread.", number(pool.queued()),
               labels);
  }
}

void write_budgets(const Services& services, metrics::Page& page) {
  const std::pair<const char*, const FairBudget&> all[] = {
      {"json_first_bytes", services.json_first},
      {"json_rest_bytes", services.json_rest},
      {"handshakes", services.handshakes},
      {"passed_on", services.passed_on},
      {"ingests", services.ingests}};
  for (const auto& [name, budget] : all) {
    const metrics::Labels labels{{"budget", name}};
    page.gauge("shaman_budget_limit", "What all clients may use at once.", number(budget.total()),
               labels);
    page.gauge("shaman_budget_used", "What clients use now.",
               number(budget.total() - std::min(budget.available(), budget.total())), labels);
  }
}

}  // namespace

void write_state(const Services& services, metrics::Page& page) {
  page.gauge("shaman_connections", "Open connections.", number(services.connections.size()));
  page.gauge("shaman_max_connections", "Connections that may be open at once.",
             number(services.options.get()->limits.connections));
  page.gauge("shaman_http_requests_running", "Requests that were admitted and have not ended.",
             number(services.running.size()));
  write_uploads(services.store, page);
  const StoreHealth health = services.store.health();
  write_storage(health, page);
  write_readiness(services, health, page);
  write_pools(services.pools, page);
  write_budgets(services, page);
}

}  // namespace shaman::http
