// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "async/task.hpp"
#include "http/response.hpp"
#include "server/exchange.hpp"

/// The calls of docs/protocol.md, one source file per group.
namespace shaman::http {

Task<Response> post_requirements(Exchange& exchange);
Task<Response> post_create(Exchange& exchange);
Task<Response> delete_checkout(Exchange& exchange);
Task<Response> get_checkouts(Exchange& exchange);
Task<Response> get_checkout(Exchange& exchange);
Task<Response> post_outputs(Exchange& exchange);
Task<Response> get_outputs(Exchange& exchange);
Task<Response> get_file_status(Exchange& exchange);
Task<Response> post_file(Exchange& exchange);
Task<Response> post_batch(Exchange& exchange);

// What a machine without the storage pulls.
Task<Response> get_content(Exchange& exchange);
Task<Response> post_content_batch(Exchange& exchange);
Task<Response> get_manifest(Exchange& exchange);

// The whole file in one request, which cannot be resumed.
Task<Response> store_in_one_go(Exchange& exchange, const BlobId& id);

// The difference from a stored file; post_file() calls it for requests that name one.
Task<Response> store_delta(Exchange& exchange, const BlobId& id);

// The server reads the file itself; post_file() calls it for requests that name one.
Task<Response> ingest_file(Exchange& exchange, const BlobId& id);

// Resumable uploads; post_file() calls the first one for requests that want that.
Task<Response> create_resumable(Exchange& exchange, const BlobId& id);
Task<Response> head_file(Exchange& exchange);
Task<Response> patch_file(Exchange& exchange);
Task<Response> delete_file(Exchange& exchange);
Task<Response> options_file(Exchange& exchange);

Task<Response> get_info(Exchange& exchange);
Task<Response> get_livez(Exchange& exchange);
Task<Response> get_readyz(Exchange& exchange);
Task<Response> get_metrics(Exchange& exchange);

// A Manager's answers to a client that connects.
Task<Response> get_version(Exchange& exchange);
Task<Response> get_farm_status(Exchange& exchange);
Task<Response> get_configuration(Exchange& exchange);
Task<Response> get_shared_storage(Exchange& exchange);
Task<Response> get_job_types(Exchange& exchange);
Task<Response> get_worker_tags(Exchange& exchange);

/// The table of Shaman's own calls.
[[nodiscard]] Router make_router();
/// The calls that a server without a Manager answers in its place.
void add_manager_calls(Router& router);

}  // namespace shaman::http
