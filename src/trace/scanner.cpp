// SPDX-License-Identifier: GPL-3.0-or-later
#include "scanner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "blend/limits.hpp"
#include "leftovers.hpp"
#include "sorted.hpp"

namespace shaman::trace {
namespace {

using blend::BlockIndex;
using blend::code_of;
using blend::Record;
using blend::Sdna;

constexpr int kMaxPackedDepth = 8;

// The maximum uncompressed size of all libraries that are packed into a file of this size. Each may
// be compressed, but no .blend by that much; several may be the same bytes.
std::uint64_t most_packed(std::uint64_t size) {
  constexpr std::uint64_t kMost = 64;
  return std::max(blend::kAlwaysAllowedBytes, kMost * size);
}

struct Label {
  std::string_view code;
  std::string_view label;
};

constexpr std::array kLabels{
    Label{"AC", "Action"},      Label{"AR", "Armature"},      Label{"BR", "Brush"},
    Label{"CA", "Camera"},      Label{"CF", "Cache file"},    Label{"CU", "Curve"},
    Label{"CV", "Hair curves"}, Label{"GD", "Grease pencil"}, Label{"GP", "Grease pencil"},
    Label{"GR", "Collection"},  Label{"IM", "Image"},         Label{"KE", "Shape keys"},
    Label{"LA", "Light"},       Label{"LI", "Library"},       Label{"LP", "Light probe"},
    Label{"LS", "Line style"},  Label{"LT", "Lattice"},       Label{"MA", "Material"},
    Label{"MB", "Metaball"},    Label{"MC", "Movie clip"},    Label{"ME", "Mesh"},
    Label{"MS", "Mask"},        Label{"NT", "Node group"},    Label{"OB", "Object"},
    Label{"PA", "Particles"},   Label{"PT", "Point cloud"},   Label{"SC", "Scene"},
    Label{"SK", "Speaker"},     Label{"SO", "Sound"},         Label{"TE", "Texture"},
    Label{"TX", "Text"},        Label{"VF", "Font"},          Label{"VO", "Volume"},
    Label{"WM", "Window"},      Label{"WO", "World"},         Label{"WS", "Workspace"},
};

// Windows and their contents name no file that a render needs.
bool is_interface(std::uint32_t code) {
  return code == code_of("WM") || code == code_of("WS") || code == code_of("SR") ||
         code == code_of("SN");
}

bool has_name(const Record& record, std::string& name) {
  name = record.text(record.type().name == "ID" ? "name" : "id.name");
  return name.size() > 2;
}

// Of several users, the lower one is reported.
int rank_of(std::uint32_t code) {
  if (code == code_of("SC") || code == code_of("GR")) return 1;
  return code == code_of("BR") || code == code_of("PL") || is_interface(code) ? 2 : 0;
}

std::vector<Handler> handlers_of(const Sdna& sdna) {
  std::vector<Handler> by_struct(sdna.size(), nullptr);
  for (const HandlerEntry& entry : handlers()) {
    if (const std::uint32_t index = sdna.find(entry.struct_name); index != Sdna::kNone)
      by_struct[index] = entry.handler;
  }
  return by_struct;
}

std::vector<bool> wanted_structs(const std::vector<Handler>& by_struct) {
  std::vector<bool> wanted;
  wanted.reserve(by_struct.size());
  for (const Handler handler : by_struct)
    wanted.push_back(handler != nullptr);
  return wanted;
}

}  // namespace

std::string describe_data_block(std::string_view id_name) {
  const std::string_view code = id_name.substr(0, 2);
  std::string_view label = code;
  for (const Label& known : kLabels) {
    if (known.code == code) label = known.label;
  }
  return std::string(label) + " \"" +
         std::string(id_name.substr(std::min<std::size_t>(2, id_name.size()))) + "\"";
}

Scanner::Scanner(blend::BlendFile& file) : Scanner(file, {0, most_packed(file.size())}) {}

Scanner::Scanner(blend::BlendFile& file, Nesting nesting)
    : file_(file),
      nesting_(nesting),
      libraries_(file.blocks()),
      collector_(file, libraries_, scan_),
      handlers_(handlers_of(file.sdna())),
      links_(file.sdna(), wanted_structs(handlers_)),
      seen_(file.blocks().size(), false) {}

result<Scan> Scanner::run(const Wanted& wanted) {
  read_libraries();
  look_up_roots(wanted);
  while (!data_blocks_.empty()) {
    const std::uint32_t head = data_blocks_.back();
    data_blocks_.pop_back();
    visit_data_block(head);
  }
  add_chains();
  if (nesting_.depth == 0) find_leftovers(file_, scan_);
  if (const result<void> scanned = scan_packed_libraries(); !scanned) return scanned.error();
  if (file_.failure()) return *file_.failure();
  for (LibraryLink& library : scan_.libraries)
    sort_unique(library.wanted);
  sort_unique(scan_.view_suffixes);
  return std::move(scan_);
}

void Scanner::read_libraries() {
  first_linked_.resize(libraries_.blocks().size());
  for (const std::uint32_t block : libraries_.blocks()) {
    LibraryLink& link = scan_.libraries.emplace_back();
    const std::optional<Record> record = file_.load(block);
    if (!record) continue;
    std::string id_name;
    if (has_name(*record, id_name)) link.data_block = describe_data_block(id_name);
    // `filepath` in old files is the library's path on the machine that wrote them.
    const std::string_view field = record->has("name") ? "name" : "filepath";
    link.stored = record->text(field);
    if (const std::optional<blend::Place> place = record->place(field))
      link.field = {place->offset, static_cast<std::uint32_t>(place->capacity)};
    link.is_archive =
        (record->integer("flag") & 1) != 0 && record->pointer("archive_parent_library") != 0;
  }
}

void Scanner::look_up_roots(const Wanted& wanted) {
  const auto heads = file_.blocks().heads();
  for (const std::uint32_t head : heads) {
    const blend::Block& block = file_.blocks()[head];
    if (!is_data_block(file_.sdna(), block.struct_index) || is_interface(block.code)) continue;
    if (block.code == code_of("LI")) continue;
    if (!wanted.everything) {
      // Placeholders count only if they are reached.
      if (block.code == code_of("ID")) continue;
      const std::optional<Record> record = file_.load(head);
      std::string name;
      if (!record || !has_name(*record, name) ||
          !std::binary_search(wanted.names.begin(), wanted.names.end(), name))
        continue;
    }
    seen_[head] = true;
    data_blocks_.push_back(head);
  }
  // Visited from the back: in the file's order, which is the cheapest way to read it.
  std::reverse(data_blocks_.begin(), data_blocks_.end());
}

Owner Scanner::owner_of(std::uint32_t head, const Record& record) const {
  Owner owner;
  owner.scope = file_.blocks().scope_of(head);
  if (has_name(record, owner.id_name)) owner.data_block = describe_data_block(owner.id_name);
  owner.library = libraries_.of_data_block(file_, record, owner.scope);
  return owner;
}

void Scanner::visit_data_block(std::uint32_t head) {
  if (file_.blocks()[head].code == code_of("ID")) {
    need_linked(head);
    return;
  }
  const std::optional<Record> record = file_.load(head);
  if (!record) return;
  collector_.set_owner(owner_of(head, *record));
  head_ = head;
  parts_.resize(1);
  blocks_.push_back({head, file_.blocks()[head].struct_index});
  while (!blocks_.empty()) {
    const ToVisit next = blocks_.back();
    blocks_.pop_back();
    file_.for_each(next.block, next.struct_index, [&](const Record& found) {
      note_part(found, next.part);
      visit_struct(found);
    });
  }
}

void Scanner::need_linked(std::uint32_t head) {
  const std::uint32_t library = libraries_.of_placeholder(head);
  const std::optional<Record> record = file_.load(head);
  std::string name;
  if (library == LibraryTable::kNone || !record || !has_name(*record, name)) return;
  if (scan_.libraries[library].wanted.empty()) first_linked_[library] = head;
  scan_.libraries[library].wanted.push_back(std::move(name));
}

void Scanner::note_user(std::uint32_t head) {
  if (head == head_ || is_interface(file_.blocks()[head_].code)) return;
  const auto [at, is_new] = users_.try_emplace(head);
  if (!is_new &&
      rank_of(file_.blocks()[at->second.head].code) <= rank_of(file_.blocks()[head_].code))
    return;
  at->second.head = head_;
  // A node is found by its material; a strip or a modifier says more than its scene or object.
  at->second.part = parts_[part_].starts_with("Node ") ? std::string() : parts_[part_];
}

// A part with its own name within a data-block; all that it owns belongs to it.
void Scanner::note_part(const Record& record, std::uint32_t inherited) {
  part_ = inherited;
  collector_.set_part(parts_[part_]);
  const std::string_view type = record.type().name;
  std::string label;
  if (type == "Sequence" || type == "Strip") {
    const std::string name = record.text("name");
    if (name.size() > 2) label = "Strip \"" + name.substr(2) + "\"";
  } else if (type == "bNode") {
    label = "Node \"" + record.text("name") + "\"";
  } else if (type == "ParticleSystem") {
    label = "Particle system \"" + record.text("name") + "\"";
  } else if (type == "bConstraint") {
    label = "Constraint \"" + record.text("name") + "\"";
  } else if (record.has("modifier.name")) {
    label = "Modifier \"" + record.text("modifier.name") + "\"";
  }
  if (label.empty() || !file_.spend(label.size())) return;
  part_ = static_cast<std::uint32_t>(parts_.size());
  parts_.push_back(std::move(label));
  collector_.set_part(parts_[part_]);
}

// The users of a data-block, up to an object or a scene. Meshes and similar data are left out,
// because the artist sees their object.
void Scanner::add_users(std::uint32_t head, std::vector<std::string>& chain) {
  constexpr int kMost = 8;
  for (int i = 0; i < kMost; ++i) {
    const std::uint32_t code = file_.blocks()[head].code;
    if (code == code_of("OB") || code == code_of("SC")) return;
    const auto user = users_.find(head);
    if (user == users_.end()) return;
    head = user->second.head;
    if (!user->second.part.empty()) chain.push_back(user->second.part);
    static constexpr std::array<std::string_view, 7> kGeometry{"ME", "CU", "CV", "MB",
                                                               "LT", "PT", "KE"};
    const bool is_geometry = std::any_of(kGeometry.begin(), kGeometry.end(), [&](auto geometry) {
      return file_.blocks()[head].code == code_of(geometry);
    });
    if (is_geometry && users_.contains(head)) continue;
    const std::optional<Record> record = file_.load(head);
    std::string name;
    if (!record || !has_name(*record, name)) return;
    chain.push_back(describe_data_block(name));
    if (std::count(chain.begin(), chain.end(), chain.back()) > 1) {
      chain.pop_back();
      return;
    }
  }
}

void Scanner::add_chains() {
  const auto add = [&](Reference& reference) {
    reference.chain.push_back(reference.data_block);
    add_users(std::exchange(reference.owner, 0), reference.chain);
    std::uint64_t bytes = 0;
    for (const std::string& link : reference.chain)
      bytes += sizeof link + link.size();
    file_.spend(bytes);
  };
  for (Reference& reference : scan_.references)
    add(reference);
  for (StringArgument& argument : scan_.arguments)
    add(argument.value);
  for (std::size_t i = 0; i < scan_.libraries.size(); ++i) {
    LibraryLink& library = scan_.libraries[i];
    library.chain = {library.data_block};
    if (library.wanted.empty()) continue;
    const std::optional<Record> linked = file_.load(first_linked_[i]);
    std::string name;
    if (!linked || !has_name(*linked, name)) continue;
    library.chain.push_back(describe_data_block(name));
    if (!name.starts_with("OB") && !name.starts_with("SC"))
      add_users(first_linked_[i], library.chain);
  }
}

void Scanner::visit_struct(const Record& record) {
  if (const Handler handler = handlers_[record.struct_index()]; handler != nullptr)
    handler(collector_, record);
  for (const Link& link : links_.of(record.struct_index())) {
    for (std::uint32_t i = 0; i < link.elements; ++i)
      follow_link(link,
                  record.pointer_at(link.offset + std::size_t{i} * file_.header().pointer_size));
  }
}

void Scanner::follow_link(const Link& link, std::uint64_t pointer) {
  const std::uint32_t block = file_.blocks().find(pointer, collector_.owner().scope);
  if (block == BlockIndex::kNone) return;
  if (file_.blocks()[block].code != code_of("DATA")) note_user(block);
  if (seen_[block]) return;
  if (link.to_pointers && file_.blocks()[block].struct_index == 0) {
    follow_pointers(block, link);
  } else {
    reach(block, link.target);
  }
}

void Scanner::follow_pointers(std::uint32_t block, const Link& link) {
  seen_[block] = true;
  const Link element{0, 1, false, link.target};
  file_.for_each_pointer(block, [&](std::uint64_t pointer) { follow_link(element, pointer); });
}

void Scanner::reach(std::uint32_t block, std::uint32_t declared) {
  if (file_.blocks()[block].code != code_of("DATA")) {
    // Another data-block. Windows, and blocks that are not data-blocks (GLOB, TEST), are not
    // needed.
    const blend::Block& head = file_.blocks()[block];
    if (!is_data_block(file_.sdna(), head.struct_index) || is_interface(head.code) ||
        head.code == code_of("LI"))
      return;
    seen_[block] = true;
    data_blocks_.push_back(block);
    return;
  }
  const std::uint32_t struct_index = struct_of(block, declared);
  if (!links_.leads_on(struct_index)) return;
  seen_[block] = true;
  blocks_.push_back({block, struct_index, part_});
}

// Raw bytes are written with struct 0, whatever that is, and so are some arrays of structs.
std::uint32_t Scanner::struct_of(std::uint32_t block, std::uint32_t declared) const {
  const std::uint32_t stored = file_.blocks()[block].struct_index;
  if (stored != 0) return stored;
  if (declared == Sdna::kNone) return Sdna::kNone;
  const std::uint32_t size = file_.sdna()[declared].size;
  return size > 0 && file_.blocks().length(block) % size == 0 ? declared : Sdna::kNone;
}

Error Scanner::too_much(const std::string& what) const {
  return {errc::limit_exceeded,
          "\"" + text::printable(file_.name()) + "\" exceeds a safety limit: " + what};
}

result<void> Scanner::scan_packed_libraries() {
  for (std::size_t i = 0; i < scan_.libraries.size(); ++i) {
    const std::optional<Record> record = file_.load(libraries_.blocks()[i]);
    if (!record) continue;
    const blend::Scope scope = file_.blocks().scope_of(libraries_.blocks()[i]);
    const std::optional<Record> packed = file_.follow(record->pointer("packedfile"), scope);
    if (!packed) continue;
    const std::uint32_t data = file_.blocks().find(packed->pointer("data"), scope);
    if (data == BlockIndex::kNone) continue;
    LibraryLink& library = scan_.libraries[i];
    if (nesting_.depth >= kMaxPackedDepth)
      return too_much("libraries packed into each other more than 8 deep");
    auto source = blend::ByteSource::open_within(file_.source(), file_.blocks()[data].offset,
                                                 file_.blocks().length(data),
                                                 file_.name() + ": packed " + library.data_block);
    if (!source) return source.error();
    result<blend::BlendFile> inner =
        blend::BlendFile::open(std::shared_ptr<blend::ByteSource>(std::move(*source)));
    if (!inner) return inner.error();
    if (inner->size() > nesting_.bytes_left)
      return too_much("libraries packed into it that expand to more than " +
                      units::size_text(most_packed(file_.size())));
    nesting_.bytes_left -= inner->size();
    Wanted wanted{false, library.wanted};
    std::sort(wanted.names.begin(), wanted.names.end());
    Scanner scanner(*inner, {nesting_.depth + 1, nesting_.bytes_left});
    result<Scan> scan = scanner.run(wanted);
    if (!scan) return scan.error();
    nesting_.bytes_left = scanner.nesting_.bytes_left;
    library.packed.push_back(std::move(*scan));
  }
  return {};
}

}  // namespace shaman::trace
