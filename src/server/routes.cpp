// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/names.hpp"
#include "server/handlers.hpp"

namespace shaman::http {

using auth::Role;
using namespace protocol;

namespace {

std::string below(std::string_view address, std::string_view rest) {
  return std::string(address).append(rest);
}

}  // namespace

Router make_router() {
  Router router;
  const std::string file = below(kFiles, "/{}/{}");
  // Workers send what they have rendered.
  router.add("POST", kRequirements, Role::worker, post_requirements);
  router.add("POST", kCreate, Role::submit, post_create);
  router.add("DELETE", below(kCheckout, "/{*}"), Role::submit, delete_checkout);
  router.add("GET", below(kCheckout, "/{*}/manifest"), Role::worker, get_manifest);
  router.add("GET", kCheckouts, Role::submit, get_checkouts);
  router.add("GET", below(kCheckouts, "/{*}"), Role::submit, get_checkout);
  router.add("GET", below(kCheckout, "/{*}/outputs"), Role::worker, get_outputs);
  router.add("POST", below(kCheckout, "/{*}/outputs"), Role::worker, post_outputs);
  router.add("HEAD", file, Role::worker, head_file);
  router.add("GET", file, Role::worker, get_file_status);
  router.add("POST", file, Role::worker, post_file);
  router.add("POST", kBatch, Role::worker, post_batch);
  router.add("PATCH", file, Role::worker, patch_file);
  router.add("DELETE", file, Role::worker, delete_file);
  router.add("OPTIONS", file, Role::worker, options_file);
  router.add("GET", below(kFiles, "/{}/{}/content"), Role::worker, get_content);
  router.add("POST", kContentBatch, Role::worker, post_content_batch);
  router.add("GET", kInfo, Role::worker, get_info);
  // Load balancers have no token.
  router.add("GET", kLivez, Role::nobody, get_livez);
  router.add("GET", kReadyz, Role::nobody, get_readyz);
  router.add("GET", kMetrics, Role::worker, get_metrics);
  return router;
}

void add_manager_calls(Router& router) {
  router.add("GET", kVersion, Role::worker, get_version);
  router.add("GET", kFarmStatus, Role::worker, get_farm_status);
  router.add("GET", kConfiguration, Role::worker, get_configuration);
  router.add("GET", below(kSharedStorage, "/{}/{}"), Role::worker, get_shared_storage);
  router.add("GET", kJobTypes, Role::worker, get_job_types);
  router.add("GET", kWorkerTags, Role::worker, get_worker_tags);
}

}  // namespace shaman::http
