#include "storage/redis/game/standings/redis_standing_channel.h"

#include <chrono>
#include <cstddef>
#include <utility>

#include "oofgg/log.h"
#include "storage/redis/game/standings/standing_codec.h"
#include "storage/redis/publish.h"

namespace oofgg::storage {
namespace {

/// By then the others have read it in the database.
constexpr std::chrono::seconds kPatience{15};
/// Where many submit, waking up for each message costs more than taking the news over.
constexpr std::chrono::milliseconds kReadPause{2};
/// What is told while Redis is away is not kept without end.
constexpr std::size_t kLongestMessage = 1 << 20;

RedisOptions WithPause(RedisOptions options) {
  options.read_pause = kReadPause;
  return options;
}

}  // namespace

RedisStandingChannel::RedisStandingChannel(const RedisOptions& options, std::string_view name,
                                           std::uint64_t sender, Executor& executor)
    : channel_("oofgg:standings:" + std::string(name)),
      sender_(sender),
      inbox_(std::make_shared<StandingInbox>(executor)),
      client_(options),
      subscriber_(WithPause(options)),
      subscription_(subscriber_.Subscribe(
          channel_, [this](std::string_view message) { OnMessage(message); },
          [this](RedisChannelState state) { OnState(state); })) {}

RedisStandingChannel::~RedisStandingChannel() {
  client_.Shutdown();
  subscription_.Cancel();
  inbox_->Listen(nullptr);
}

void RedisStandingChannel::Tell(const game::StandingNews& news) {
  std::string message;
  {
    const std::lock_guard lock(mutex_);
    if (next_.size() > kLongestMessage) return;
    if (next_.empty()) next_ = standing_codec::EncodeSender(sender_);
    standing_codec::AppendNews(next_, news);
    if (std::exchange(publishing_, true)) return;
    message.swap(next_);
  }
  Publish(message);
}

void RedisStandingChannel::Publish(const std::string& message) {
  client_.Send(PublishCommand(client_.options().url, channel_, message).Idempotent(),
               DeadlineAfter(Clock::System().Now(), kPatience),
               [this](const StatusOr<RedisReply>&) { OnPublished(); });
}

void RedisStandingChannel::OnPublished() {
  std::string message;
  {
    const std::lock_guard lock(mutex_);
    publishing_ = !next_.empty();
    message.swap(next_);
  }
  if (!message.empty()) Publish(message);
}

void RedisStandingChannel::OnMessage(std::string_view message) {
  if (standing_codec::SenderOf(message) == sender_) return;
  auto news = standing_codec::DecodeNews(message);
  if (!news.has_value()) {
    Log(LogLevel::kWarning, "redis", "a malformed message about scores");
    return inbox_->PutGap();
  }
  inbox_->Put(*std::move(news));
}

void RedisStandingChannel::OnState(RedisChannelState state) {
  if (state != RedisChannelState::kLost) inbox_->PutGap();
}

}  // namespace oofgg::storage
