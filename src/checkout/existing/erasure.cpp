// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/erasure.hpp"

#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/maker.hpp"
#include "checkout/making/identity.hpp"
#include "checkout/making/placement.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/housekeeping/dismantling.hpp"
#include "store/linked_blob.hpp"

namespace shaman {

result<std::string> maker_in(fs::FileSystem& file_system, const fs::Folder& checkout,
                             const std::string& path) {
  const auto record = linked_blob(file_system, checkout, path_rules::kMakerName);
  if (!record)
    return disk_error(record.error(), "read the maker of the checkout " + text::in_quotes(path));
  return *record ? (*record)->digest.hex() : std::string();
}

result<std::string> identity_in(fs::FileSystem& file_system, const fs::Folder& checkout,
                                const std::string& path) {
  auto identity = identity_of(file_system, checkout);
  if (!identity && !fs::is_no_folder(identity.error()))
    return disk_error(identity.error(), "look into the checkout " + text::in_quotes(path));
  return identity ? *std::move(identity) : std::string();
}

bool may_erase(const Requester& requester, std::string_view maker) {
  return requester.knows_all || (!requester.scope.empty() && maker == maker_name(requester.scope));
}

result<void> Erasure::run(const Requester& requester) {
  const auto place = look(requester);
  if (!place) return place.error();
  const bool is_found = place->kind == CheckoutPlace::Kind::checkout;
  // The same error for another principal's checkout and for none at all, so that nobody learns the
  // paths of others.
  if (!requester.knows_all && !(is_found && place->may_erase)) return access_denied();
  if (!is_found) return not_found();
  if (auto taken = take_away(); !taken) return taken;
  tidy_parents();
  return {};
}

Error Erasure::access_denied() const {
  return {errc::access_denied, "you did not make a checkout " + text::in_quotes(path_) +
                                   "; only its maker or an admin may erase it or see what is in"
                                   " it"};
}

Error Erasure::not_found() const {
  return {errc::not_found, "there is no checkout " + text::in_quotes(path_) +
                               "; give the path that its creation answered, relative to the jobs"
                               " folder"};
}

const fs::Folder& Erasure::parent() const {
  return way_.empty() ? store_.root().jobs : way_.back();
}

// Looks from the top, because no folder inside of a checkout is a checkout itself.
result<CheckoutPlace> Erasure::look(const Requester& requester) {
  using Kind = CheckoutPlace::Kind;
  if (path_.empty() || path_ == "." || !path_rules::checkout_path(path_))
    return CheckoutPlace{Kind::unsafe};
  std::string_view rest = path_;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const bool is_last = slash == std::string_view::npos;
    names_.emplace_back(rest.substr(0, slash));
    auto folder = store_.file_system().open_folder(parent(), names_.back());
    if (!folder && fs::is_no_folder(folder.error())) return CheckoutPlace{Kind::nothing};
    if (!folder) return disk_error(folder.error(), "open the checkout " + text::in_quotes(path_));
    const auto checkout = is_checkout(store_.file_system(), *folder);
    if (!checkout)
      return disk_error(checkout.error(), "look into the checkout " + text::in_quotes(path_));
    if (checkout.value()) {
      checkout_ = std::move(*folder);
      const auto is_made = is_made_by(requester);
      if (!is_made) return is_made.error();
      const std::string above =
          is_last ? path_ : path_.substr(0, path_.size() - rest.size() + slash);
      return CheckoutPlace{is_last ? Kind::checkout : Kind::inside, above, is_made.value()};
    }
    if (is_last) return CheckoutPlace{Kind::folder};
    way_.push_back(std::move(*folder));
    rest.remove_prefix(slash + 1);
  }
}

result<void> Erasure::find() {
  Requester admin;
  admin.knows_all = true;
  const auto place = look(admin);
  if (!place) return place.error();
  if (place->kind != CheckoutPlace::Kind::checkout) return not_found();
  return {};
}

result<bool> Erasure::is_made_by(const Requester& requester) const {
  // Skips the record if it makes no difference to the requester.
  if (requester.knows_all || requester.scope.empty()) return may_erase(requester, {});
  const auto made_by = maker();
  if (!made_by) return made_by.error();
  return may_erase(requester, *made_by);
}

result<std::string> Erasure::maker() const {
  return maker_in(store_.file_system(), checkout_, path_);
}

// One rename takes the whole checkout out of sight before its links are removed, so that no reader
// sees half a checkout. After a crash, the clean-up of the dead server's staging removes the rest.
result<void> Erasure::take_away() {
  fs::FileSystem& file_system = store_.file_system();
  const fs::Folder& staging = store_.staging();
  const std::string what = "erase the checkout " + text::in_quotes(path_);
  const std::string name = Dismantling::staged_name(store_.next_number(), path_);
  if (auto is_found = check_is_found(); !is_found) return is_found;
  if (const auto used = is_in_use(); !used || *used) return used ? in_use() : used.error();
  const auto moved = file_system.rename(parent(), names_.back(), staging, name);
  if (!moved && fs::is_no_folder(moved.error())) return not_found();
  if (!moved) return disk_error(moved.error(), what);
  const auto seen = file_system.stat(checkout_);
  const auto taken = file_system.stat(staging, name);
  // Another program erased the checkout and made a new one at its path in the meantime.
  if (!seen || !taken || seen->inode != taken->inode) return put_back(name, not_found());
  // A request that reuses the checkout touches its manifest first, and then looks for its name
  // (Reuse::take).
  if (const auto used = is_in_use(); !used || *used)
    return put_back(name, used ? in_use() : used.error());
  checkout_.reset();
  if (store_.flushes()) {
    if (const auto flushed = file_system.flush(parent()); !flushed)
      return disk_error(flushed.error(), what);
  }
  take_apart(name);
  return {};
}

result<void> Erasure::put_back(const std::string& name, const Error& why) {
  const auto back = store_.file_system().rename(store_.staging(), name, parent(), names_.back());
  if (!back) return disk_error(back.error(), "put back the checkout " + text::in_quotes(path_));
  return why;
}

result<std::string> Erasure::identity() const {
  return identity_in(store_.file_system(), checkout_, path_);
}

// Another checkout may have the path by now.
result<void> Erasure::check_is_found() const {
  if (!found_) return {};
  const auto there = identity();
  if (!there) return there.error();
  if (*there != found_->identity) return not_found();
  return {};
}

result<bool> Erasure::is_in_use() const {
  if (!found_) return false;
  const auto manifest = store_.file_system().stat(checkout_, path_rules::kManifestName);
  if (manifest) return manifest->modified != found_->made;
  if (fs::is_no_folder(manifest.error())) return false;
  return disk_error(manifest.error(), "look into the checkout " + text::in_quotes(path_));
}

Error Erasure::in_use() const {
  return {errc::busy,
          "the checkout " + text::in_quotes(path_) + " is in use: its files were submitted again"};
}

// The checkout counts as erased, even if removing its links fails.
void Erasure::take_apart(const std::string& name) {
  const fs::Folder& staging = store_.staging();
  const std::string erased = "erased the checkout " + text::in_quotes(path_) + "; ";
  const std::string there = " .shaman/staging/" + store_.name() + "/" + name;
  const auto kept = store_.dismantle(name);
  if (!kept)
    return store_.log(LogLevel::error, erased + text::printable(kept.error().message()) +
                                           "; the next start tries again to remove" +
                                           text::printable(there));
  if (kept->count == 0) return;
  if (!kept->failure) return store_.log(LogLevel::warning, erased + kept->text());
  // Puts foreign files back at their path, which is no longer a checkout. Flushes the removal of
  // the links first, because after a power cut some of them could come back there.
  const bool is_bare = !store_.flushes() || store_.file_system().flush_all(staging).has_value();
  const bool is_back =
      is_bare && store_.file_system().rename(staging, name, parent(), names_.back()).has_value();
  store_.log(LogLevel::error, erased + text::count_of(kept->count, "file", "files") +
                                  " in it that are not its own stay in" +
                                  text::printable(is_back ? " jobs/" + path_ : there) + ": " +
                                  text::printable(kept->failure->message()));
}

// Only if the file system knows at once whether a folder is empty. One that cannot rename to a free
// name atomically is a distributed one, on which another server may be adding a checkout to the
// folder.
void Erasure::tidy_parents() {
  if (!store_.root().traits.rename_to_free_name) return;
  while (!way_.empty()) {
    way_.pop_back();
    names_.pop_back();
    if (!store_.file_system().remove_folder(parent(), names_.back())) return;
  }
}

}  // namespace shaman
