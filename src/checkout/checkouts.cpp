// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "shaman/checkout.hpp"
#include "shaman/text.hpp"

#include "checkout/existing/erasure.hpp"
#include "checkout/existing/led_into.hpp"
#include "checkout/existing/listing.hpp"
#include "checkout/existing/maker.hpp"
#include "checkout/making/content.hpp"
#include "checkout/making/idempotency.hpp"
#include "checkout/making/identity.hpp"
#include "checkout/making/manifest.hpp"
#include "checkout/making/marking.hpp"
#include "checkout/making/outputs.hpp"
#include "checkout/making/placement.hpp"
#include "checkout/making/plan.hpp"
#include "checkout/making/reuse.hpp"
#include "checkout/making/staging.hpp"
#include "checkout/path_rules.hpp"
#include "store/interior.hpp"

namespace shaman {
namespace {

constexpr std::chrono::minutes kRemembered{10};
constexpr std::size_t kRememberedAnswers = 100'000;

// Covers everything that makes two requests equal.
Digest fingerprint(const CheckoutPlan::State& plan, std::uint64_t epoch) {
  Sha256 hash;
  const auto add = [&hash](std::string_view text) {
    const std::string length = std::to_string(text.size()) + ":";
    hash.update(std::as_bytes(std::span(length)));
    hash.update(std::as_bytes(std::span(text)));
  };
  add(std::to_string(epoch));
  add(plan.requester.scope);
  add(plan.idempotency_key);
  add(plan.asked_path);
  add(plan.may_reuse ? "may reuse" : "");
  for (const PlannedFile& file : plan.by_folder) {
    add(file.path);
    hash.update(std::as_bytes(std::span(file.id.digest.bytes())));
    add(std::to_string(file.id.size));
  }
  return hash.finish();
}

}  // namespace

struct Checkouts::Impl {
  Impl(Store& store_, const CheckoutOptions& options_)
      : store(store_), options(options_), answers(kRemembered, kRememberedAnswers) {}

  result<std::vector<BlobId>> being_uploaded(const CheckoutPlan::State& plan);
  result<MadeCheckout> make_once(const CheckoutPlan::State& plan);
  result<bool> has(const MadeCheckout& made);
  result<MadeCheckout> make(const CheckoutPlan::State& plan) {
    const std::vector<PlannedFile>& files = plan.by_folder;
    const auto marked = mark_stored(
        store, files.size(), [&](std::size_t i) { return files[i].id; },
        [&](std::size_t i) -> std::string_view { return files[i].path; }, plan.requester);
    if (!marked) return marked.error();
    const auto own = put_records(plan);
    if (!own) return own.error();
    if (plan.may_reuse)
      if (auto there = Reuse(store, plan, *own).find()) return *std::move(there);
    return make_new(plan, *own);
  }

  // Stores the blobs of the checkout's own links.
  result<std::vector<PlannedFile>> put_records(const CheckoutPlan::State& plan) {
    std::vector<std::pair<std::string_view, std::string>> records;
    records.emplace_back(path_rules::kManifestName, shaman::manifest_of(plan.by_folder));
    if (!plan.requester.scope.empty())
      records.emplace_back(path_rules::kMakerName, maker_record(plan.requester.scope));
    if (plan.may_reuse) records.emplace_back(path_rules::kReusableName, reusable_record(plan.path));
    std::vector<PlannedFile> own;
    for (const auto& [name, record] : records) {
      const auto id = store.put(record);
      if (!id) return id.error();
      own.push_back({name, *id});
    }
    return own;
  }

  result<MadeCheckout> make_new(const CheckoutPlan::State& plan, std::vector<PlannedFile> own) {
    const auto room = store.set_aside_links(plan.requester.client, space_of(plan));
    if (!room) return room.error();
    const std::string identity_link = new_identity_link(store.file_system());
    own.push_back({identity_link, own.front().id});
    StagedTree tree(store);
    if (const auto built = tree.build(plan.by_folder, own, plan.path); !built) return built.error();
    auto path = Placement(store, plan.path, options.unique_name_attempts).place(tree);
    if (!path) return path.error();
    return MadeCheckout{*std::move(path), false,
                        identity_link.substr(path_rules::kIdentityPrefix.size())};
  }

  const StoreInterior store;
  const CheckoutOptions options;
  IdempotencyTable answers;
};

Checkouts::Checkouts(Store& store, const CheckoutOptions& options)
    : impl_(std::make_unique<Impl>(store, options)) {}
Checkouts::~Checkouts() = default;

result<CheckoutPlan> Checkouts::validate(CheckoutRequest request) const {
  auto state = make_plan(std::move(request), impl_->options);
  if (!state) return state.error();
  return CheckoutPlan(std::move(*state));
}

result<std::vector<BlobId>> Checkouts::being_uploaded(const CheckoutPlan& plan) {
  if (!impl_->store.has_claims()) return std::vector<BlobId>();
  return impl_->store.guarded([&] { return impl_->being_uploaded(*plan.state_); });
}

result<std::vector<BlobId>> Checkouts::Impl::being_uploaded(const CheckoutPlan::State& plan) {
  std::vector<BlobId> ids;
  std::unordered_set<BlobId> seen;
  for (const PlannedFile& file : plan.by_folder) {
    if (!store.is_claimed(file.id, plan.requester) || !seen.insert(file.id).second) continue;
    const auto status = store.status_of(file.id, plan.requester);
    if (!status) return status.error();
    if (*status == BlobStatus::uploading) ids.push_back(file.id);
  }
  return ids;
}

result<MadeCheckout> Checkouts::create(const CheckoutPlan& plan) {
  return impl_->store.guarded([&] { return impl_->make_once(*plan.state_); });
}

result<MadeCheckout> Checkouts::Impl::make_once(const CheckoutPlan::State& plan) {
  if (plan.idempotency_key.empty()) return make(plan);
  const Digest request = fingerprint(plan, store.epoch());
  const auto now = [this] { return store.file_system().steady_now(); };
  for (;;) {
    const auto begun = answers.begin(request, now());
    const auto* const joined = std::get_if<IdempotencyTable::Joined>(&begun);
    if (joined == nullptr) break;
    auto given = joined->get();
    if (!given) return given;
    const auto is_there = has(*given);
    if (!is_there) return is_there.error();
    if (is_there.value()) return given;
    answers.forget(request, *given);
  }
  // Waiting calls need an answer even if this throws.
  result<MadeCheckout> answer = Error{errc::io_error, "the checkout could not be made"};
  try {
    answer = make(plan);
  } catch (...) {
    answers.finish(request, answer, now());
    throw;
  }
  answers.finish(request, answer, now());
  return answer;
}

// Another server, the Manager or a person may have erased the checkout, and another one may have
// its path now.
result<bool> Checkouts::Impl::has(const MadeCheckout& made) {
  Erasure place(store, made.path);
  if (const auto found = place.find(); !found) {
    if (found.error().code == errc::not_found) return false;
    return found.error();
  }
  const auto identity = place.identity();
  if (!identity) return identity.error();
  return *identity == made.identity;
}

result<void> Checkouts::check_there() {
  return impl_->store.check_there();
}

result<CheckoutPlace> Checkouts::place_of(const std::string& path, const Requester& requester) {
  return impl_->store.guarded([&] { return place_in(impl_->store, path, requester); });
}

result<std::vector<CheckoutPlace>> Checkouts::led_into(const std::vector<WrittenPath>& paths,
                                                       const Requester& requester, Effort& effort) {
  return impl_->store.guarded([&] { return LedInto(impl_->store, requester, effort).find(paths); });
}

std::string Checkouts::maker_of(const Requester& requester) {
  return maker_name(requester.scope);
}

result<std::vector<FoundCheckout>> Checkouts::list(std::vector<std::string>* unread) {
  return impl_->store.guarded([&] { return list_checkouts(impl_->store, unread); });
}

result<std::vector<FoundCheckout>> Checkouts::list_for(const Requester& requester,
                                                       std::vector<std::string>* unread) {
  return impl_->store.guarded([&]() -> result<std::vector<FoundCheckout>> {
    auto found = list_checkouts(impl_->store, unread);
    if (!found || requester.knows_all) return found;
    return made_by(impl_->store, requester, *std::move(found));
  });
}

result<BlobId> Checkouts::manifest_of(const std::string& path, const Requester& requester) {
  const auto manifest =
      impl_->store.guarded([&] { return Content(impl_->store, path).manifest(requester); });
  if (!manifest) return manifest.error();
  return manifest->id;
}

result<CheckoutContent> Checkouts::content_of(const std::string& path, const Requester& requester) {
  return impl_->store.guarded([&] { return Content(impl_->store, path).read(requester); });
}

result<void> Checkouts::add_outputs(const std::string& path, const FileList& files,
                                    const Requester& requester, const Requester& reader) {
  return impl_->store.guarded(
      [&] { return Outputs(impl_->store, path).add(files, requester, reader); });
}

result<FileList> Checkouts::outputs_of(const std::string& path, const Requester& reader) {
  return impl_->store.guarded([&] { return Outputs(impl_->store, path).list(reader); });
}

result<void> Checkouts::erase(const std::string& path, const Requester& requester) {
  auto erased = impl_->store.guarded([&] { return Erasure(impl_->store, path).run(requester); });
  if (erased) impl_->answers.forget(path);
  return erased;
}

result<void> Checkouts::erase_unused(const FoundCheckout& found) {
  auto erased = impl_->store.guarded([&] { return Erasure(impl_->store, found).run({}); });
  if (erased) impl_->answers.forget(found.path);
  return erased;
}

}  // namespace shaman
