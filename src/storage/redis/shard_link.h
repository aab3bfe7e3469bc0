#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "storage/redis/link.h"
#include "storage/redis/redirect.h"

namespace oofgg::storage::redis {

/// What happened on a link to one master, or to one sharded channel there.
struct ShardEvent {
  enum class Kind {
    kMessage,
    kConfirmed,  ///< The channel is subscribed.
    kGone,       ///< It is not, or no more; it is not asked for again.
    kLost,       ///< The link is, and with it all channels; they are asked for again on the next.
  };
  Kind kind = Kind::kLost;
  std::uint64_t link = 0;  ///< Its number.
  std::string channel{};
  std::string message{};
  std::optional<Redirect> redirect{};  ///< Of kGone, where the master said so.
};

/// Who has the links. Called on their threads.
class ShardLinkOwner {
 public:
  virtual ~ShardLinkOwner() = default;
  virtual void OnShardEvent(ShardEvent event) = 0;
};

/// A link to one master of a cluster, for the sharded channels that it has.
class ShardLink final : public LinkUser {
 public:
  /// `owner` outlives it; `options` are those of the cluster; `number` is the owner's name for it.
  ShardLink(ShardLinkOwner& owner, RedisOptions options, const HostPort& address, std::uint64_t number);

  [[nodiscard]] const HostPort& address() const { return address_; }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// Threads: any.
  void Want(const std::string& channel);
  void Unwant(const std::string& channel);
  void BeginToStop() { link_.BeginToStop(); }
  [[nodiscard]] bool has_ended() const { return link_.has_ended(); }
  void Stop() { link_.Stop(); }
  void Redial() { link_.Redial(); }

  void OnUp(const HostPort& server) override;
  void OnDown(const Status& why) override;
  void OnNoLink(const Status& why) override;
  [[nodiscard]] Status OnReply(RedisReply reply) override;
  void Fill(std::string& out) override;
  void AddPing(std::string& out) override;
  [[nodiscard]] TimePoint OnTime(TimePoint /*now*/) override { return kNever; }

 private:
  struct Question {
    std::string channel;
    bool subscribes;
  };

  /// Whether the last word about the channel, of ours and the server's, is that it is subscribed.
  [[nodiscard]] bool IsSettled(const std::string& channel);
  [[nodiscard]] bool TakeQuestion(const std::string& channel, bool subscribes);
  [[nodiscard]] Status OnRefusal(const RedisReply& error);
  void Drop(const std::string& channel, std::optional<Redirect> redirect);

  ShardLinkOwner& owner_;
  const HostPort address_;
  const std::uint64_t number_;
  std::deque<Question> unanswered_;  // Of the link's thread.

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, bool> wanted_;  // And whether the server has been told on this link.
  std::set<std::string> changed_;       // What `Fill` has to look at: wanted, or not any more.
  Link link_;                           // Last: its thread uses the others.
};

}  // namespace oofgg::storage::redis
