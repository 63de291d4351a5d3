// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/preview.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "http/client/network.hpp"
#include "protocol/names.hpp"
#include "submit/shaman_calls.hpp"
#include "submit/survey.hpp"

namespace shaman::client {

namespace {

constexpr std::size_t kLargest = 10;

std::vector<std::string> libraries_of(const trace::Trace& trace) {
  std::vector<std::string> libraries;
  for (const trace::Dependency& dependency : trace.dependencies) {
    if (dependency.kind == trace::Kind::library)
      libraries.insert(libraries.end(), dependency.files.begin(), dependency.files.end());
  }
  std::ranges::sort(libraries);
  libraries.erase(std::unique(libraries.begin(), libraries.end()), libraries.end());
  return libraries;
}

void list_files(const Survey& survey, Preview& preview) {
  std::unordered_set<std::string_view> outside;
  for (const pack::PlannedFile& file : survey.plan().files)
    if (file.outside) outside.insert(file.place);
  const std::span<const Payload> files = survey.files().all();
  for (const Payload& file : files) {
    PreviewFile shown{file.state.path, file.place, file.state.info.size};
    if (outside.contains(file.place)) preview.outside.push_back(shown);
    preview.largest.push_back(std::move(shown));
  }
  for (std::vector<PreviewFile>* list : {&preview.outside, &preview.largest})
    std::ranges::stable_sort(*list, std::greater<>(), &PreviewFile::bytes);
  preview.largest.resize(std::min(preview.largest.size(), kLargest));
}

FarmShare share_of(const ProjectFiles& files, const std::vector<Required>& wanted) {
  std::unordered_set<BlobId> missing;
  for (const Required& required : wanted)
    missing.insert(required.id);
  FarmShare share;
  share.to_send_files = missing.size();
  for (const BlobId& id : missing)
    share.to_send_bytes += id.size;
  for (const Payload& file : files.all()) {
    if (missing.contains(file.id)) continue;
    share.stored_files += 1;
    share.stored_bytes += file.id.size;
  }
  share.duplicate_files = files.duplicates_of(missing);
  return share;
}

class FarmQuestion {
 public:
  FarmQuestion(const Server& server, const std::stop_token& stop)
      : stop_(stop), strand_(network_.make_strand()), connection_(strand_, server) {}

  result<ServerInfo> identify_it() {
    result<ServerInfo> server =
        network_.run<ServerInfo>(strand_, stop_, [&] { return identify(connection_); });
    if (server) lists_.can_compress = server->has(protocol::kCompresses);
    return server;
  }
  // As far as the server tells this user.
  result<bool> has_checkout(const std::string& path) {
    const result<CheckoutList> list =
        network_.run<CheckoutList>(strand_, stop_, [&] { return ask_checkouts(connection_); });
    if (!list) return list.error();
    return std::ranges::find(list->checkouts, path, &ListedCheckout::path) != list->checkouts.end();
  }
  result<std::vector<Required>> ask(const FileList& blobs) {
    return network_.run<std::vector<Required>>(
        strand_, stop_, [&] { return ask_requirements(connection_, blobs, lists_); });
  }

 private:
  const std::stop_token& stop_;
  Network network_{1};
  Network::Strand strand_;
  HttpConnection connection_;
  ListSending lists_;
};

result<void> go_without_farm(const Error& error, std::string why, Preview& preview) {
  if (error.code == errc::cancelled) return error;
  preview.no_farm = std::move(why);
  if (error.code != errc::unreachable) preview.refusal = error;
  return {};
}

// errc::cancelled and errors of the artist's own files fail the preview; an unreachable farm does
// not.
result<void> ask_farm(const SubmitOptions& options, Survey& survey, Progress& progress,
                      const std::stop_token& stop, Preview& preview) {
  FarmQuestion question(options.server, stop);
  progress.begin(Stage::connecting, 0, 0);
  const result<ServerInfo> server = question.identify_it();
  if (!server) return go_without_farm(server.error(), server.error().message(), preview);
  if (const auto taken = check_takes_submissions(*server, options.server.url); !taken)
    return go_without_farm(taken.error(), taken.error().message(), preview);
  if (const result<void> hashed = survey.hash(); !hashed) return hashed;
  progress.begin(Stage::asking, 0, 0);
  const result<std::vector<Required>> wanted = question.ask(survey.files().blobs());
  if (!wanted) {
    const bool is_gone = wanted.error().code == errc::unreachable;
    return go_without_farm(wanted.error(),
                           (is_gone ? "the server went away: " : "") + wanted.error().message(),
                           preview);
  }
  preview.farm = share_of(survey.files(), *wanted);
  preview.farm->server = *server;
  if (!server->has(protocol::kLists)) return {};
  const result<bool> taken = question.has_checkout(survey.checkout_path());
  if (!taken && taken.error().code == errc::cancelled) return taken.error();
  preview.is_path_taken = taken && *taken;
  return {};
}

// The part that needs no farm.
void describe(const SubmitOptions& options, const Survey& survey, Preview& preview) {
  list_files(survey, preview);
  preview.saved = look_at_save_state(options.blendfile, libraries_of(survey.trace()),
                                     survey.trace().files(), autosave_folders());
  preview.files = survey.files().size();
  preview.bytes = survey.files().bytes();
  pack::Shortfall lacks = survey.shortfall();
  preview.is_whole = lacks.is_none();
  preview.missing = std::move(lacks.missing);
  preview.problems = std::move(lacks.damaged);
  preview.suspicious = std::move(lacks.left_out);
  const pack::Plan& plan = survey.plan();
  preview.project_hint = plan.project_hint;
  preview.checkout_path = survey.checkout_path();
  preview.project = plan.project;
  preview.blendfile_place = plan.blendfile_place;
  preview.warnings = plan.warnings;
  preview.name_warnings = plan.name_warnings;
}

result<void> preview_once(const SubmitOptions& options, bool ask_server, Survey& survey,
                          Progress& progress, const std::stop_token& stop, Preview& preview) {
  if (const result<void> traced = survey.trace_and_plan({}); !traced) return traced;
  if (const result<void> looked = survey.look(); !looked) return looked;
  preview = {};
  preview.no_farm = "no server given";
  result<void> asked;
  if (ask_server) asked = ask_farm(options, survey, progress, stop, preview);
  describe(options, survey, preview);
  return asked;
}

}  // namespace

result<void> preview(const SubmitOptions& given, bool ask_server, Progress& progress,
                     const std::stop_token& stop, Preview& preview) {
  const SubmitOptions options = with_absolute_paths(given);
  Survey survey(options, progress, stop);
  result<void> done;
  for (int attempt = 1; attempt <= kReadingAttempts; ++attempt) {
    done = preview_once(options, ask_server, survey, progress, stop, preview);
    // A .blend that was saved meanwhile may need other files.
    if (done || done.error().code != errc::changed_while_read) break;
  }
  const std::vector<std::string> cache_warnings = survey.finish_cache();
  preview.warnings.insert(preview.warnings.end(), cache_warnings.begin(), cache_warnings.end());
  return done;
}

}  // namespace shaman::client
