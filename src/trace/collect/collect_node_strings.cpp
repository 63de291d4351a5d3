// SPDX-License-Identifier: GPL-3.0-or-later
// Paths that nodes of a geometry tree read (Import OBJ and the like, 4.5 on). The path is a string,
// whose source may be far away: a string node, an input of the group or of a group around it, a
// modifier.
#include <map>
#include <set>

#include "trace/collect/collect.hpp"

namespace shaman::trace {
namespace {

using blend::Record;

constexpr std::int64_t kStringSocket = 7;    // SOCK_STRING
constexpr std::int64_t kFilePath = 1;        // PROP_FILEPATH of PropertySubType
constexpr std::int64_t kStringProperty = 0;  // IDP_STRING

// The cost of following a link, in bytes that might be read instead: large trees are searched once
// for each of their sockets that a path may reach.
constexpr std::uint64_t kStep = 16;

struct Socket {
  std::uint64_t address;
  Record record;
};

struct Node {
  Record record;
  std::vector<Socket> inputs;
  std::optional<PathCollector::DataBlock> group;  // the tree of a group node
};

// The structs in a list, with the addresses that pointers to them hold.
std::vector<Socket> addressed_list(PathCollector& collector, const Record& holder,
                                   std::string_view field) {
  std::vector<Socket> all;
  std::uint64_t address = holder.pointer(std::string(field) + ".first");
  for (Record& record : collector.list(holder, field)) {
    const std::uint64_t next = record.pointer_at(0);
    all.push_back({address, std::move(record)});
    address = next;
  }
  return all;
}

TreeInput input_of(const PathCollector::DataBlock& tree, std::string identifier) {
  return {tree.library, tree.id_name, std::move(identifier)};
}

// A tree's output, as an input that no tree has: strings are passed to it within the tree, and from
// it to every use of the group, perhaps in another file.
TreeInput output_of(const PathCollector::DataBlock& tree, const std::string& identifier) {
  return input_of(tree, "output " + identifier);
}

// The strings from groups that the import nodes of a tree read.
TreeInput read_in(const PathCollector::DataBlock& tree) {
  return input_of(tree, "read");
}

std::optional<Reference> string_value(PathCollector& collector, const Record& holder,
                                      std::string_view pointer) {
  const std::optional<Record> value = collector.follow(holder, pointer);
  if (!value) return std::nullopt;
  return collector.reference(Kind::node_file, *value, {"value"});
}

class TreeStrings {
 public:
  TreeStrings(PathCollector& collector, const Record& tree) : collector_(collector) {
    own_ = {collector.owner().library, collector.owner().id_name};
    for (Socket& found : addressed_list(collector, tree, "nodes"))
      add_node(found.address, std::move(found.record));
    for (const Record& link : collector.list(tree, "links"))
      links_.emplace(link.pointer("tosock"),
                     Link{link.pointer("fromnode"), link.pointer("fromsock")});
  }

  void run() {
    for (const auto& [address, node] : nodes_) {
      const std::string type = node.record.text("idname");
      if (type == "NodeReroute") continue;
      for (const Socket& socket : node.inputs)
        look_at(node, socket);
    }
  }

 private:
  struct Link {
    std::uint64_t from_node;
    std::uint64_t from_socket;
  };
  // All strings that can reach a socket.
  struct Origins {
    std::vector<Reference> strings;
    std::set<std::string> inputs;    // identifiers of the tree's own inputs
    std::vector<TreeInput> outputs;  // of groups, here or linked
    std::set<std::uint64_t> seen;    // output sockets
    std::set<std::uint64_t> seen_nodes;
    std::vector<const Socket*> to_do;  // inputs
  };

  void add_node(std::uint64_t address, Record record) {
    Node node{std::move(record), {}, std::nullopt};
    for (Socket& socket : addressed_list(collector_, node.record, "inputs")) {
      if (socket.record.integer("type") != kStringSocket) continue;
      // A socket belongs to one node; a list that several nodes share would be stored for each of
      // them.
      if (sockets_.insert(socket.address).second) node.inputs.push_back(std::move(socket));
    }
    const std::optional<PathCollector::DataBlock> id =
        collector_.data_block(node.record.pointer("id"));
    if (id && id->id_name.starts_with("NT")) node.group = id;
    nodes_.emplace(address, std::move(node));
  }

  void look_at(const Node& node, const Socket& socket) {
    std::optional<TreeInput> to;
    if (node.group) {
      to = input_of(*node.group, socket.record.text("identifier"));
    } else if (node.record.text("idname") == "NodeGroupOutput") {
      to = output_of(own_, socket.record.text("identifier"));
    } else {
      const std::optional<Record> value = collector_.follow(socket.record, "default_value");
      if (!value || value->integer("subtype") != kFilePath) return;
    }
    Origins origins;
    reach_input(socket, origins);
    for (Reference& string : origins.strings) {
      if (to) {
        collector_.add(StringArgument{std::move(string), *to});
      } else {
        collector_.add(std::move(string));
      }
    }
    for (const std::string& input : origins.inputs)
      collector_.add(StringRoute{input_of(own_, input), to});
    for (TreeInput& output : origins.outputs)
      add_route_from(std::move(output), to);
  }

  // The `//` in an import node's path means the folder of the tree with that node, not of the group
  // that the string comes from.
  void add_route_from(TreeInput output, const std::optional<TreeInput>& to) {
    collector_.add(StringRoute{std::move(output), to ? *to : read_in(own_)});
    if (!to) collector_.add(StringRoute{read_in(own_), std::nullopt});
  }

  // Without recursion: a chain of nodes may be as long as the file.
  void reach_input(const Socket& socket, Origins& origins) {
    origins.to_do.push_back(&socket);
    while (!origins.to_do.empty()) {
      const Socket& next = *origins.to_do.back();
      origins.to_do.pop_back();
      const auto [first, last] = links_.equal_range(next.address);
      if (first == last) {
        if (std::optional<Reference> found = string_value(collector_, next.record, "default_value"))
          origins.strings.push_back(std::move(*found));
      }
      for (auto link = first; link != last && collector_.file().spend(kStep); ++link)
        reach_output(link->second, origins);
    }
  }

  void reach_output(const Link& link, Origins& origins) {
    // Reroutes and switches may be linked in a circle.
    if (!origins.seen.insert(link.from_socket).second) return;
    const auto found = nodes_.find(link.from_node);
    if (found == nodes_.end()) return;
    const Node& node = found->second;
    const std::string type = node.record.text("idname");
    if (type == "NodeGroupInput") {
      if (const auto socket = collector_.follow(link.from_socket))
        origins.inputs.insert(socket->text("identifier"));
      return;
    }
    if (type == "FunctionNodeInputString") add_string_node(node.record, origins);
    // Other nodes that make strings from strings (switch, join, replace) may pass on each of them.
    if (origins.seen_nodes.insert(link.from_node).second) {
      for (const Socket& socket : node.inputs)
        origins.to_do.push_back(&socket);
    }
    if (!node.group) return;
    if (const auto socket = collector_.follow(link.from_socket))
      origins.outputs.push_back(output_of(*node.group, socket->text("identifier")));
  }

  void add_string_node(const Record& node, Origins& origins) {
    const std::optional<Record> storage = collector_.follow(node, "storage");
    if (!storage) return;
    if (std::optional<Reference> found =
            collector_.reference(Kind::node_file, *storage, {"string"}))
      origins.strings.push_back(std::move(*found));
  }

  PathCollector& collector_;
  PathCollector::DataBlock own_;
  std::map<std::uint64_t, Node> nodes_;
  std::set<std::uint64_t> sockets_;           // of all nodes
  std::multimap<std::uint64_t, Link> links_;  // by their target socket
};

void add_argument(PathCollector& collector, const PathCollector::DataBlock& tree, std::string input,
                  const Record& property) {
  if (property.integer("type", -1) != kStringProperty) return;
  std::optional<Reference> value = collector.reference(Kind::node_file, property, {"data.pointer"});
  if (!value) return;
  collector.add(StringArgument{std::move(*value), input_of(tree, std::move(input))});
}

}  // namespace

void collect_node_strings(PathCollector& collector, const Record& tree) {
  if (tree.text("idname") == "GeometryNodeTree") TreeStrings(collector, tree).run();
}

// The value of an input before it gets another. Each user of the group has a copy.
void collect_interface_string(PathCollector& collector, const Record& socket) {
  std::optional<Reference> value = string_value(collector, socket, "socket_data");
  const auto identifier =
      collector.file().text(socket.pointer("identifier"), collector.owner().scope);
  if (!value || !identifier) return;
  value->optional = true;
  const PathCollector::DataBlock tree{collector.owner().library, collector.owner().id_name};
  collector.add(StringArgument{std::move(*value), input_of(tree, identifier->bytes)});
}

void collect_modifier_strings(PathCollector& collector, const Record& modifier) {
  const std::optional<PathCollector::DataBlock> tree =
      collector.data_block(modifier.pointer("node_group"));
  if (!tree) return;
  if (const auto properties = collector.follow(modifier, "settings.properties")) {
    for (const Record& property : collector.list(*properties, "data.group"))
      add_argument(collector, *tree, property.text("name"), property);
  }
  // Blender 5 writes them once more, as inputs -> Socket_2 -> value.
  const auto system = collector.follow(modifier, "modifier.system_properties");
  if (!system) return;
  for (const Record& group : collector.list(*system, "data.group")) {
    if (group.text("name") != "inputs") continue;
    for (const Record& input : collector.list(group, "data.group")) {
      for (const Record& property : collector.list(input, "data.group")) {
        if (property.text("name") == "value")
          add_argument(collector, *tree, input.text("name"), property);
      }
    }
  }
}

}  // namespace shaman::trace
