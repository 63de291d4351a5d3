// SPDX-License-Identifier: GPL-3.0-or-later
// library_user STORAGE: stores a blob, makes a checkout of it, and serves the store until its
// standard input ends. Includes nothing but public headers.
#include <cstdio>
#include <future>
#include <iostream>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "shaman/checkout.hpp"
#include "shaman/digest.hpp"
#include "shaman/fs/local.hpp"
#include "shaman/http/server.hpp"
#include "shaman/store.hpp"
#include "shaman/worker_pool.hpp"

namespace {

using namespace shaman;

result<BlobId> keep(Store& store, const std::string& content) {
  const BlobId id{Sha256::of(content), content.size()};
  auto begun = store.begin_upload(id, false);
  if (!begun) return begun.error();
  if (auto* const upload = std::get_if<Upload>(&*begun)) {
    if (const auto written = upload->write(std::as_bytes(std::span(content))); !written)
      return written.error();
    std::promise<result<void>> done;
    store.commit(std::move(*upload),
                 [&done](result<void> outcome) { done.set_value(std::move(outcome)); });
    if (const auto outcome = done.get_future().get(); !outcome) return outcome.error();
  }
  return id;
}

int fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  fs::LocalFileSystem file_system;
  WorkerPool pool(4);
  auto store = Store::open(file_system, argv[1], StoreOptions(), pool);
  if (!store) return fail(store.error());
  const auto id = keep(**store, "by the library");
  if (!id) return fail(id.error());

  Checkouts checkouts(**store, CheckoutOptions());
  FileList files;
  files.add(*id, "from/library.txt");
  const auto plan = checkouts.validate({"by/library", files, {}});
  if (!plan) return fail(plan.error());
  const auto made = checkouts.create(*plan);
  if (!made) return fail(made.error());

  http::Server server(**store, checkouts, {pool, pool, pool, pool}, http::ServerOptions());
  if (const auto bound = server.listen("127.0.0.1", 0); !bound) return fail(bound.error());
  std::cout << "http://" << server.addresses().front() << std::endl;
  std::thread serving([&server] { server.run(); });
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  server.stop();
  serving.join();
  return 0;
}
