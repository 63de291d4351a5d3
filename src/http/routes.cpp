// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/handlers.hpp"

namespace shaman::http {

Router make_router() {
  Router router;
  router.add("POST", "/api/v3/shaman/checkout/requirements", post_requirements);
  router.add("POST", "/api/v3/shaman/checkout/create", post_create);
  router.add("DELETE", "/api/v3/shaman/checkout/{*}", delete_checkout);
  router.add("HEAD", "/api/v3/shaman/files/{}/{}", head_file);
  router.add("GET", "/api/v3/shaman/files/{}/{}", get_file_status);
  router.add("POST", "/api/v3/shaman/files/{}/{}", post_file);
  router.add("POST", "/api/v3/shaman/files:batch", post_batch);
  router.add("PATCH", "/api/v3/shaman/files/{}/{}", patch_file);
  router.add("DELETE", "/api/v3/shaman/files/{}/{}", delete_file);
  router.add("OPTIONS", "/api/v3/shaman/files/{}/{}", options_file);
  router.add("GET", "/api/v3/shaman/info", get_info);
  return router;
}

void add_manager_calls(Router& router) {
  router.add("GET", "/api/v3/version", get_version);
  router.add("GET", "/api/v3/status", get_farm_status);
  router.add("GET", "/api/v3/configuration", get_configuration);
  router.add("GET", "/api/v3/configuration/shared-storage/{}/{}", get_shared_storage);
  router.add("GET", "/api/v3/jobs/types", get_job_types);
  router.add("GET", "/api/v3/worker-mgt/tags", get_worker_tags);
}

}  // namespace shaman::http
