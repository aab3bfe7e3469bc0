#include "auth/twitch_provider.h"

#include <future>
#include <memory>
#include <utility>

#include "auth/strict_json.h"
#include "auth/text.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kMaxReply = 16 * 1024;
constexpr std::size_t kMaxReplyDepth = 4;
constexpr std::size_t kMaxSubject = 64;

Status Refused(std::string_view message) {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, message), "INVALID_CREDENTIALS");
}

Status Away(const std::string& why) {
  return RetryLater(StatusCode::kUnavailable, "Twitch cannot be asked now: " + why, std::chrono::seconds(1));
}

StatusOr<ExternalIdentity> ReadIdentity(const HttpReply& reply, const std::string& client_id) {
  if (reply.status == 401) return Refused("Twitch does not know this token, or it has expired");
  if (reply.status != 200) return Away("it answered with status " + std::to_string(reply.status));
  const StatusOr<nlohmann::json> body = ParseStrictObject(reply.body, kMaxReplyDepth);
  if (!body.ok()) return Away("its answer is " + std::string(body.status().message()));
  if (StringMember(*body, "client_id") != client_id) {
    return Refused("the token was made for another application than this game");
  }
  // Tokens of applications themselves have none.
  const auto subject = StringMember(*body, "user_id");
  if (!subject.has_value() || !IsTokenText(*subject, kMaxSubject)) {
    return Refused("the token belongs to no user; a user access token is needed");
  }
  return ExternalIdentity{.subject = *subject, .username = StringMember(*body, "login").value_or("")};
}

}  // namespace

StatusOr<ExternalIdentity> TwitchProvider::Verify(const std::string& credential) {
  const auto promise = std::make_shared<std::promise<StatusOr<HttpReply>>>();
  auto answered = promise->get_future();
  http_.Send({.url = options_.base_url + "/oauth2/validate",
              .headers = {{"Authorization", "OAuth " + credential}},
              .timeout = options_.timeout,
              .max_reply_bytes = kMaxReply},
             [promise](StatusOr<HttpReply> reply) { promise->set_value(std::move(reply)); });
  const StatusOr<HttpReply> reply = answered.get();
  if (!reply.ok()) return Away(std::string(reply.status().message()));
  return ReadIdentity(*reply, options_.client_id);
}

}  // namespace oofgg::auth
