// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/suspicion.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "shaman/text.hpp"

#include "pack/plan/pack_paths.hpp"
#include "trace/names/name_key.hpp"

namespace shaman::pack {
namespace {

using Extensions = std::span<const std::string_view>;
using trace::Kind;

// The lists of Blender's source/blender/imbuf/intern/util.cc (imb_ext_image, imb_ext_movie,
// imb_ext_audio), and other formats that its libraries read.
constexpr std::array<std::string_view, 36> kImages{
    ".png",  ".tga", ".bmp",  ".jpg",  ".jpeg", ".jpe",  ".jfif", ".sgi", ".rgb",
    ".rgba", ".bw",  ".tif",  ".tiff", ".tx",   ".jp2",  ".j2c",  ".j2k", ".hdr",
    ".dds",  ".dpx", ".cin",  ".exr",  ".sxr",  ".psd",  ".pdd",  ".psb", ".webp",
    ".gif",  ".pic", ".pict", ".iris", ".pct",  ".heic", ".avif", ".svg", ".ptex"};
constexpr std::array<std::string_view, 31> kMovies{
    ".avi", ".flc", ".mov",  ".movie", ".mp4", ".m4v",  ".m2v", ".m2t",  ".m2ts", ".mts",  ".ts",
    ".mv",  ".avs", ".wmv",  ".ogv",   ".ogg", ".r3d",  ".dv",  ".mpeg", ".mpg",  ".mpg2", ".vob",
    ".mkv", ".flv", ".divx", ".xvid",  ".mxf", ".webm", ".gif", ".av1",  ".3gp"};
constexpr std::array<std::string_view, 16> kSounds{
    ".wav", ".ogg",  ".oga", ".mp3",  ".mp2", ".ac3", ".aac",  ".flac",
    ".wma", ".eac3", ".aif", ".aiff", ".m4a", ".mka", ".opus", ".au"};
constexpr std::array<std::string_view, 10> kFonts{".ttf", ".ttc", ".otf",  ".otc",   ".pfb",
                                                  ".pfa", ".cff", ".woff", ".woff2", ".dfont"};
constexpr std::array<std::string_view, 1> kVolumes{".vdb"};
constexpr std::array<std::string_view, 5> kCacheFiles{".abc", ".usd", ".usda", ".usdc", ".usdz"};
constexpr std::array<std::string_view, 2> kMeshCaches{".mdd", ".pc2"};
constexpr std::array<std::string_view, 2> kPointCaches{".bphys", ".vdb"};
constexpr std::array<std::string_view, 5> kFluids{".uni", ".vdb", ".raw", ".obj", ".gz"};
constexpr std::array<std::string_view, 3> kNodeBakes{".json", ".blob", ".vdb"};
constexpr std::array<std::string_view, 7> kNodeFiles{".obj", ".ply", ".stl", ".csv",
                                                     ".txt", ".vdb", ".text"};
constexpr std::array<std::string_view, 3> kScripts{".osl", ".oso", ".h"};
constexpr std::array<std::string_view, 1> kLights{".ies"};
constexpr std::array<std::string_view, 8> kTexts{".txt", ".py",   ".osl", ".md",
                                                 ".csv", ".glsl", ".rst", ".text"};
constexpr std::array<std::string_view, 1> kExternal{".btx"};
constexpr std::array<std::string_view, 5> kUsdOthers{".mtlx", ".osl", ".oso", ".tex", ".rat"};

bool one_of(Extensions extensions, std::string_view extension) {
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

// `.blend`, and its backups `.blend1` and so on.
bool is_blend(std::string_view extension) {
  if (!extension.starts_with(".blend")) return false;
  extension.remove_prefix(6);
  return std::all_of(extension.begin(), extension.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// Where a user's programs keep private files, without a leading dot.
bool is_configuration(std::string_view folded_below_home, System system) {
  if (system == System::windows) return is_within(folded_below_home, "appdata");
  return system == System::macos && is_within(folded_below_home, "library");
}

// Whether the path contains these folders, one in the other. Both folded.
bool has_folders(std::string_view path, std::string_view folders) {
  for (std::size_t at = path.find(folders); at != std::string_view::npos;
       at = path.find(folders, at + 1)) {
    const std::size_t end = at + folders.size();
    const bool begins = at == 0 || path[at - 1] == '/';
    if (begins && (end == path.size() || path[end] == '/')) return true;
  }
  return false;
}

// Folded.
constexpr std::array<std::string_view, 55> kSecretFolders{
    // keys
    ".ssh", ".gnupg", ".pki", ".aws", ".azure", ".kube", ".docker", ".oci", ".config/gcloud",
    ".config/gh", ".config/rclone", ".config/op", ".terraform.d", ".android", ".putty",
    "library/keychains", "appdata/roaming/microsoft/protect", "appdata/local/microsoft/credentials",
    "appdata/roaming/microsoft/credentials", "appdata/roaming/microsoft/crypto",
    "appdata/local/microsoft/vault",
    // passwords
    ".password-store", ".local/share/keyrings", ".local/share/kwalletd", ".config/keepassxc",
    ".config/bitwarden", "appdata/roaming/bitwarden", ".config/1password",
    "appdata/local/1password", ".local/share/gnome-keyring",
    // browsers and mail
    ".mozilla", ".thunderbird", ".config/google-chrome", ".config/chromium",
    ".config/bravesoftware", ".config/microsoft-edge", ".config/opera", ".config/vivaldi",
    ".config/evolution", ".local/share/evolution", "snap/firefox", "snap/chromium",
    "appdata/roaming/mozilla", "appdata/local/mozilla", "appdata/local/google/chrome",
    "application support/google/chrome", "appdata/local/microsoft/edge",
    "application support/firefox", "application support/thunderbird", "library/safari",
    "library/cookies", "library/mail", "library/messages", ".electrum", ".bitcoin"};

constexpr std::array<std::string_view, 22> kSecretNames{
    "id_rsa",         "id_dsa",           "id_ecdsa", "id_ed25519",   ".netrc",
    "_netrc",         ".git-credentials", ".npmrc",   ".pypirc",      ".pgpass",
    ".my.cnf",        ".htpasswd",        ".env",     ".vault-token", "shadow",
    "passwd",         "key3.db",          "key4.db",  "logins.json",  "login data",
    "cookies.sqlite", "wallet.dat"};

constexpr std::array<std::string_view, 13> kSecretExtensions{
    ".pem", ".key", ".kdbx", ".kdb",      ".p12",           ".pfx",    ".gpg",
    ".ppk", ".jks", ".asc",  ".keystore", ".agilekeychain", ".opvault"};

std::string secret_by(std::string_view name) {
  return "its name is typical of a secret (" + std::string(name) + ")";
}

// Blender's own folder of settings and assets, and the assets that are installed with it.
bool is_blenders(std::string_view folded) {
  static constexpr std::array<std::string_view, 6> kFolders{
      ".config/blender",      "appdata/roaming/blender foundation",
      "datafiles/assets",     "library/application support/blender",
      ".local/share/blender", ".var/app/org.blender.blender"};
  return std::any_of(kFolders.begin(), kFolders.end(),
                     [&](std::string_view folders) { return has_folders(folded, folders); });
}

}  // namespace

bool fits_kind(Kind kind, std::string_view name) {
  const std::string extension = trace::name_key(extension_of(name));
  if (extension.empty()) return false;
  switch (kind) {
    case Kind::library:
      return is_blend(extension);
    case Kind::image:
    case Kind::image_sequence:
    case Kind::image_tiles:
    case Kind::movie:
      return one_of(kImages, extension) || one_of(kMovies, extension);
    case Kind::sound:
      return one_of(kSounds, extension) || one_of(kMovies, extension);
    case Kind::font:
      return one_of(kFonts, extension);
    case Kind::volume:
      return one_of(kVolumes, extension);
    case Kind::cache_file:
      return one_of(kCacheFiles, extension);
    case Kind::mesh_cache:
      return one_of(kMeshCaches, extension);
    case Kind::point_cache:
      return one_of(kPointCaches, extension);
    case Kind::fluid_cache:
      return one_of(kFluids, extension);
    case Kind::ocean_cache:
      return one_of(kImages, extension);
    case Kind::node_bake:
      return one_of(kNodeBakes, extension);
    case Kind::node_file:
      return one_of(kNodeFiles, extension);
    case Kind::script:
      return one_of(kScripts, extension);
    case Kind::ies:
      return one_of(kLights, extension);
    case Kind::text:
      return one_of(kTexts, extension);
    case Kind::external_data:
      return one_of(kExternal, extension);
    case Kind::usd_asset:
      return one_of(kCacheFiles, extension) || one_of(kImages, extension) ||
             one_of(kVolumes, extension) || one_of(kSounds, extension) ||
             one_of(kLights, extension) || one_of(kUsdOthers, extension);
  }
  return false;
}

std::string why_secret(std::string_view path) {
  if (is_within(path, "/etc") || is_within(path, "/private/etc"))
    return "it is part of the system's configuration (/etc)";
  if (std::string reason = why_secret_in_project(path); !reason.empty()) return reason;
  const std::string folded = trace::name_key(path);
  const std::string_view extension = extension_of(folded);
  return one_of(kSecretExtensions, extension) ? secret_by("*" + std::string(extension)) : "";
}

std::string why_secret_in_project(std::string_view below) {
  const std::string folded = trace::name_key(below);
  for (const std::string_view folders : kSecretFolders) {
    if (has_folders(folder_of(folded), folders))
      return "it is in a folder for secrets (" + std::string(folders) + ")";
  }
  const std::string_view name = name_of(folded);
  const bool is_typical =
      std::find(kSecretNames.begin(), kSecretNames.end(), name) != kSecretNames.end();
  return is_typical ? secret_by(name) : "";
}

std::string why_private(Kind kind, std::string_view path, std::string_view home, System system) {
  if (std::string secret = why_secret(path); !secret.empty()) return secret;
  if (kind == Kind::font || is_blenders(trace::name_key(path))) return {};
  for (std::string_view part = path; !part.empty() && part != "/"; part = folder_of(part)) {
    if (!name_of(part).starts_with('.')) continue;
    return part.size() == path.size() ? "it is a hidden file"
                                      : "it is in a hidden folder (" + text::in_quotes(part) + ")";
  }
  if (!home.empty() && home != "/" && is_within(path, home) &&
      is_configuration(trace::name_key(below(path, home)), system))
    return "it is in a folder for programs' settings";
  return {};
}

std::string why_unfit(Kind kind, std::string_view path) {
  if (fits_kind(kind, path)) return {};
  const std::string what(trace::to_string(kind));
  const std::string_view extension = extension_of(path);
  if (extension.empty()) return "it has no extension, unlike every file for: " + what;
  return "its extension " + text::in_quotes(extension) + " does not match any file for: " + what;
}

std::string why_refused(std::string_view path, std::string_view project) {
  // The only folder below /dev with plain files: a disk in memory, which artists use as a fast one.
  if (is_within(path, "/dev/shm")) return {};
  static constexpr std::array<std::string_view, 3> kSystem{"/proc", "/sys", "/dev"};
  for (const std::string_view folder : kSystem) {
    // A user with a project there (a disk mounted below /dev) knows that these are files. A project
    // that is the whole machine does not show that.
    const bool in_such_project = is_within(project, folder) && is_within(path, project);
    if (is_within(path, folder) && !in_such_project)
      return "entries below " + std::string(folder) + " are not ordinary files";
  }
  return {};
}

}  // namespace shaman::pack
