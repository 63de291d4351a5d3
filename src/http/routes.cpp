// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/handlers.hpp"

namespace shaman::http {

using auth::Role;

Router make_router() {
  Router router;
  router.add("POST", "/api/v3/shaman/checkout/requirements", Role::submit, post_requirements);
  router.add("POST", "/api/v3/shaman/checkout/create", Role::submit, post_create);
  router.add("DELETE", "/api/v3/shaman/checkout/{*}", Role::submit, delete_checkout);
  router.add("GET", "/api/v3/shaman/checkouts", Role::submit, get_checkouts);
  router.add("GET", "/api/v3/shaman/checkouts/{*}", Role::submit, get_checkout);
  router.add("HEAD", "/api/v3/shaman/files/{}/{}", Role::submit, head_file);
  router.add("GET", "/api/v3/shaman/files/{}/{}", Role::submit, get_file_status);
  router.add("POST", "/api/v3/shaman/files/{}/{}", Role::submit, post_file);
  router.add("POST", "/api/v3/shaman/files:batch", Role::submit, post_batch);
  router.add("PATCH", "/api/v3/shaman/files/{}/{}", Role::submit, patch_file);
  router.add("DELETE", "/api/v3/shaman/files/{}/{}", Role::submit, delete_file);
  router.add("OPTIONS", "/api/v3/shaman/files/{}/{}", Role::submit, options_file);
  router.add("GET", "/api/v3/shaman/info", Role::worker, get_info);
  return router;
}

void add_manager_calls(Router& router) {
  router.add("GET", "/api/v3/version", Role::worker, get_version);
  router.add("GET", "/api/v3/status", Role::worker, get_farm_status);
  router.add("GET", "/api/v3/configuration", Role::worker, get_configuration);
  router.add("GET", "/api/v3/configuration/shared-storage/{}/{}", Role::worker, get_shared_storage);
  router.add("GET", "/api/v3/jobs/types", Role::worker, get_job_types);
  router.add("GET", "/api/v3/worker-mgt/tags", Role::worker, get_worker_tags);
}

}  // namespace shaman::http
