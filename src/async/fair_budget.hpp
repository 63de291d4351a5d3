// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace shaman::http {

/// A limited amount of something (bytes, buffers, connections) that clients share
/// (docs/design/0015-shares-for-each-client.md). A client may have all of it while nobody else
/// waits, unless the budget is MostOfOne::as_much_as_is_left. Of those who wait, the client that
/// holds least comes next, and of its requests the oldest: a large wish is not starved by small
/// ones, nor one client by the many requests of another. Sans-I/O; all members from any thread.
class FairBudget {
  struct Node;
  struct Client;

 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class MostOfOne {
    all,
    /// A client may have a 64th; more only while as much as it holds is free, or is at hand:
    /// others would give it back at any time. So a few clients never have all of what cannot be
    /// taken back.
    as_much_as_is_left,
  };
  explicit FairBudget(std::uint64_t total, MostOfOne most = MostOfOne::all)
      : free_(total),
        total_(total),
        sure_of_one_(most == MostOfOne::all ? total : (total + 63) / 64),
        most_of_one_(most == MostOfOne::all ? total : std::max(total / 2, sure_of_one_)) {}
  FairBudget(const FairBudget&) = delete;
  FairBudget& operator=(const FairBudget&) = delete;

  /// Whoever has a grant that may be taken back. Called with a lock held, from any thread: both
  /// must be short and must not use the budget. Must outlive the grant.
  class Holder {
   public:
    /// Give the grant back soon, and do without. False where that cannot be for the moment, as the
    /// server itself is at work.
    [[nodiscard]] virtual bool give_way() = 0;
    /// Bytes that have moved between the client and the server so far.
    [[nodiscard]] virtual std::uint64_t moved() const = 0;

   protected:
    ~Holder() = default;
  };

  /// A share; given back when destroyed. The budget must outlive it.
  class Grant {
   public:
    Grant() = default;
    Grant(Grant&& other) noexcept;
    Grant& operator=(Grant&& other) noexcept;
    ~Grant() { release(); }
    [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }
    void release() noexcept;

   private:
    friend class FairBudget;
    Grant(FairBudget& owner, std::list<Node>::iterator node) : owner_(&owner), node_(node) {}
    FairBudget* owner_ = nullptr;
    std::list<Node>::iterator node_;
  };

  /// At once, or not at all: also not while others wait. Who wishes for more than there is gets all
  /// that there is. With a holder the grant may be taken back; `is_at_hand` if that is so until its
  /// end, so that it counts as left for others.
  [[nodiscard]] std::optional<Grant> try_acquire(std::string_view client, std::uint64_t amount,
                                                 Holder* holder = nullptr, bool is_at_hand = true);

  /// A place in the queue. `wake` is called, from any thread, when the grant is there; it must be
  /// short. Destroying it leaves the queue, or gives back what was granted.
  class Request {
   public:
    Request(FairBudget& budget, std::string_view client, std::uint64_t amount,
            std::function<void()> wake, Holder* holder = nullptr, bool is_at_hand = true);
    ~Request();
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    /// The grant, once, as soon as it is there.
    [[nodiscard]] std::optional<Grant> take();

   private:
    friend class FairBudget;
    FairBudget& budget_;
    const std::uint64_t amount_;
    const std::function<void()> wake_;
    Holder* const holder_;
    const bool is_at_hand_;
    std::uint64_t number_ = 0;  ///< in the order of coming
    bool granted_ = false;
    bool taken_ = false;
    std::list<Request*>::iterator place_;
    Client* client_ = nullptr;
    std::list<Node>::iterator node_;
  };

  /// Called a few times a second. While somebody waits, those give way who would take longer than
  /// kLongest to move as many bytes as they hold, as seen over kPatience or more: the slowest
  /// first, and no more than are needed.
  void relieve(Time now);
  static constexpr std::chrono::seconds kPatience{1};
  static constexpr std::chrono::seconds kLongest{60};

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t available() const;

 private:
  struct Node {
    Client* client;
    std::uint64_t amount;
    Holder* holder;
    bool is_at_hand;
    std::optional<Time> looked{};  ///< when relieve() looked last
    std::uint64_t moved = 0;       ///< by then
    bool gives_way = false;        ///< was told to
  };
  struct Client {
    std::string name;
    std::uint64_t held = 0;
    std::uint64_t coming_back = 0;  ///< of that, by who was told to give way
    std::uint64_t at_hand = 0;      ///< of what is held
    std::list<Node> grants;         ///< the oldest first
    std::list<Request*> queue;
  };

  // All with the mutex held.
  Client& client_of(std::string_view name);
  void forget_if_gone(Client& client);
  std::list<Node>::iterator grant(Client& client, std::uint64_t amount, Holder* holder,
                                  bool is_at_hand);
  void give_back(std::list<Node>::iterator node);
  void serve_queue();
  [[nodiscard]] bool may_have(const Client& client, std::uint64_t amount) const;
  [[nodiscard]] Request* next() const;
  void take_back_for(const Request& request);
  [[nodiscard]] bool take_one_for(const Request& request);
  [[nodiscard]] bool tell(Node& node);
  [[nodiscard]] static std::optional<double> slowness_of(Node& node, Time now);

  mutable std::mutex mutex_;
  std::uint64_t free_;
  std::uint64_t coming_back_ = 0;
  std::uint64_t at_hand_ = 0;  ///< of all
  const std::uint64_t total_;
  const std::uint64_t sure_of_one_;  ///< however little is free
  const std::uint64_t most_of_one_;
  std::uint64_t next_number_ = 0;
  std::size_t waiting_ = 0;
  std::uint64_t wanted_ = 0;  ///< by all who wait
  std::map<std::string, Client, std::less<>> clients_;
};

}  // namespace shaman::http
