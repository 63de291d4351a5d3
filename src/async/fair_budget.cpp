// SPDX-License-Identifier: GPL-3.0-or-later
#include "async/fair_budget.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace shaman::http {

FairBudget::Grant::Grant(Grant&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), node_(other.node_) {}

FairBudget::Grant& FairBudget::Grant::operator=(Grant&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = std::exchange(other.owner_, nullptr);
    node_ = other.node_;
  }
  return *this;
}

void FairBudget::Grant::release() noexcept {
  FairBudget* const owner = std::exchange(owner_, nullptr);
  if (owner == nullptr) return;
  const std::lock_guard lock(owner->mutex_);
  owner->give_back(node_);
  owner->serve_queue();
}

std::optional<FairBudget::Grant> FairBudget::try_acquire(std::string_view client,
                                                         std::uint64_t amount, Holder* holder,
                                                         bool is_at_hand) {
  amount = std::min(amount, most_of_one_);
  const std::lock_guard lock(mutex_);
  if (waiting_ > 0 || amount > free_) return std::nullopt;
  const auto known = clients_.find(client);
  if (known != clients_.end() && !may_have(known->second, amount)) return std::nullopt;
  return Grant(*this, grant(client_of(client), amount, holder, is_at_hand));
}

std::uint64_t FairBudget::available() const {
  const std::lock_guard lock(mutex_);
  return free_;
}

FairBudget::Client& FairBudget::client_of(std::string_view name) {
  const auto found = clients_.find(name);
  if (found != clients_.end()) return found->second;
  Client& client = clients_[std::string(name)];
  client.name = name;
  return client;
}

void FairBudget::forget_if_gone(Client& client) {
  if (client.grants.empty() && client.queue.empty()) clients_.erase(clients_.find(client.name));
}

std::list<FairBudget::Node>::iterator FairBudget::grant(Client& client, std::uint64_t amount,
                                                        Holder* holder, bool is_at_hand) {
  free_ -= amount;
  client.held += amount;
  is_at_hand = is_at_hand && holder != nullptr;
  if (is_at_hand) {
    client.at_hand += amount;
    at_hand_ += amount;
  }
  client.grants.push_back({&client, amount, holder, is_at_hand});
  return std::prev(client.grants.end());
}

void FairBudget::give_back(std::list<Node>::iterator node) {
  Client& client = *node->client;
  free_ += node->amount;
  client.held -= node->amount;
  if (node->is_at_hand) {
    client.at_hand -= node->amount;
    at_hand_ -= node->amount;
  }
  if (node->gives_way) {
    client.coming_back -= node->amount;
    coming_back_ -= node->amount;
  }
  client.grants.erase(node);
  forget_if_gone(client);
}

bool FairBudget::may_have(const Client& client, std::uint64_t amount) const {
  const std::uint64_t others = free_ + at_hand_ - client.at_hand;
  const std::uint64_t left = others - std::min(amount, others);
  return client.held + amount <= std::min(most_of_one_, std::max(left, sure_of_one_));
}

// Null where each who waits has as much as one may have.
FairBudget::Request* FairBudget::next() const {
  Request* best = nullptr;
  const auto rank = [](const Request& request) {
    return std::pair(request.client_->held, request.number_);
  };
  for (const auto& [name, client] : clients_) {
    if (client.queue.empty()) continue;
    Request* const oldest = client.queue.front();
    if (!may_have(client, oldest->amount_)) continue;
    if (best == nullptr || rank(*oldest) < rank(*best)) best = oldest;
  }
  return best;
}

void FairBudget::serve_queue() {
  while (waiting_ > 0) {
    Request* const first = next();
    if (first == nullptr) return;
    Request& request = *first;
    if (request.amount_ > free_) return take_back_for(request);
    request.client_->queue.pop_front();
    --waiting_;
    wanted_ -= request.amount_;
    request.node_ = grant(*request.client_, request.amount_, request.holder_, request.is_at_hand_);
    request.granted_ = true;
    request.wake_();
  }
}

void FairBudget::take_back_for(const Request& request) {
  while (free_ + coming_back_ < request.amount_)
    if (!take_one_for(request)) return;
}

// From a client that still holds as much as the other one, once that has what it wants. So nobody
// takes a share away only to lose it the same way.
bool FairBudget::take_one_for(const Request& request) {
  const std::uint64_t wanted = request.client_->held + request.amount_;
  std::vector<Client*> largest_first;
  for (auto& [name, client] : clients_)
    if (&client != request.client_ && client.held - client.coming_back > wanted)
      largest_first.push_back(&client);
  std::ranges::sort(largest_first, std::greater{},
                    [](const Client* client) { return client->held - client->coming_back; });
  for (Client* const client : largest_first)
    for (auto node = client->grants.rbegin(); node != client->grants.rend(); ++node)
      if (client->held - client->coming_back >= node->amount + wanted && tell(*node)) return true;
  return false;
}

bool FairBudget::tell(Node& node) {
  if (node.gives_way || node.holder == nullptr || !node.holder->give_way()) return false;
  node.gives_way = true;
  node.client->coming_back += node.amount;
  coming_back_ += node.amount;
  return true;
}

// How many times longer than kLongest it would take; nothing where it is fast enough, or where it
// is too early to say.
std::optional<double> FairBudget::slowness_of(Node& node, Time now) {
  if (node.holder == nullptr || node.gives_way) return std::nullopt;
  const std::uint64_t moved = node.holder->moved();
  if (!node.looked) {
    node.looked = now;
    node.moved = moved;
    return std::nullopt;
  }
  const std::chrono::duration<double> since = now - *node.looked;
  if (since < kPatience) return std::nullopt;
  const double gained = static_cast<double>(moved - std::exchange(node.moved, moved));
  node.looked = now;
  const double enough = static_cast<double>(node.amount) * (since / kLongest);
  if (gained >= enough) return std::nullopt;
  return enough / (gained + 1);
}

void FairBudget::relieve(Time now) {
  const std::lock_guard lock(mutex_);
  if (waiting_ == 0) return;
  std::vector<std::pair<double, Node*>> slow;
  for (auto& [name, client] : clients_)
    for (Node& node : client.grants)
      if (const auto slowness = slowness_of(node, now)) slow.emplace_back(*slowness, &node);
  std::ranges::sort(slow, std::greater{}, &std::pair<double, Node*>::first);
  for (const auto& [slowness, node] : slow) {
    if (free_ + coming_back_ >= std::min(wanted_, total_)) return;
    static_cast<void>(tell(*node));
  }
}

FairBudget::Request::Request(FairBudget& budget, std::string_view client, std::uint64_t amount,
                             std::function<void()> wake, Holder* holder, bool is_at_hand)
    : budget_(budget),
      amount_(std::min(amount, budget.most_of_one_)),
      wake_(std::move(wake)),
      holder_(holder),
      is_at_hand_(is_at_hand) {
  const std::lock_guard lock(budget_.mutex_);
  client_ = &budget_.client_of(client);
  number_ = budget_.next_number_++;
  place_ = client_->queue.insert(client_->queue.end(), this);
  ++budget_.waiting_;
  budget_.wanted_ += amount_;
  budget_.serve_queue();
}

FairBudget::Request::~Request() {
  const std::lock_guard lock(budget_.mutex_);
  if (!granted_) {
    client_->queue.erase(place_);
    --budget_.waiting_;
    budget_.wanted_ -= amount_;
    budget_.forget_if_gone(*client_);
  } else if (!taken_) {
    budget_.give_back(node_);
  }
  // Who stood behind a large wish that went away may fit now.
  budget_.serve_queue();
}

std::optional<FairBudget::Grant> FairBudget::Request::take() {
  const std::lock_guard lock(budget_.mutex_);
  if (!granted_ || taken_) return std::nullopt;
  taken_ = true;
  return Grant(budget_, node_);
}

}  // namespace shaman::http
