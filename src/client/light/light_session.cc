#include "client/light/light_session.h"

#include <algorithm>

#include "base/code_names.h"
#include "base/presence_limits.h"
#include "base/presence_state_names.h"

namespace oofgg::internal {
namespace {

std::string TextIn(const nlohmann::json& object, std::string_view member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool IsTrueIn(const nlohmann::json& object, std::string_view member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

PresenceState StateIn(const nlohmann::json& object) {
  if (!IsTrueIn(object, "online")) return PresenceState::kOffline;
  const PresenceState state = presence::StateCalled(TextIn(object, "state")).value_or(PresenceState::kOnline);
  // Also what a later server may call it is online.
  return state == PresenceState::kOffline ? PresenceState::kOnline : state;
}

}  // namespace

LightSession::LightSession(Parts parts) : parts_(std::move(parts)), revision_(parts_.first_revision) {
  parts_.book.Forget();
}

LightSession::Json LightSession::Parse(std::string_view line) {
  return Json::parse(line, nullptr, /*allow_exceptions=*/false);
}

std::string LightSession::TextOf(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::uint64_t> LightSession::CountIn(const Json& object, std::string_view member) {
  const auto found = object.find(member);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto count = found->get<std::uint64_t>();
  return count <= presence::kMostCounted ? std::optional(count) : std::nullopt;
}

void LightSession::AddIdentity(Json& object) const {
  object["user_id"] = parts_.wishes.user_id;
  if (!parts_.token.empty()) object["token"] = parts_.token;
}

void LightSession::AddStatus(Json& object) const {
  const std::optional<PresenceStatus>& status = parts_.wishes.status;
  if (!status.has_value()) return;
  object["state"] = presence::NameOf(status->state);
  if (!status->text.empty()) object["text"] = status->text;
  if (!status->session_id.empty()) object["session_id"] = status->session_id;
}

bool LightSession::HearRedirect(const Json& object) {
  auto address = ParseHostPort(TextIn(object, "redirect"));
  if (!address.ok() || address->host.empty() || address->port == 0) return false;
  if (parts_.wishes.signs_off) {
    SignedOff();
    return true;
  }
  Lose("the presence server sends us to " + FormatHostPort(*address));
  redirect_ = *std::move(address);
  return true;
}

bool LightSession::HearEnd(const Json& object) {
  if (HearRedirect(object)) return true;
  const auto error = object.find("error");
  if (error == object.end()) return false;
  const bool passes = IsTrueIn(object, "reconnect");
  const auto code = base::CodeCalled(TextIn(object, "code"));  // Not from an older server.
  const std::string why = "the presence server refused: " + TextIn(object, "error");
  if (parts_.wishes.signs_off) {
    SignedOff();
  } else if (passes) {
    End(Phase::kLost, MakeStatus(code.value_or(StatusCode::kUnavailable), why));
  } else {
    Refuse(MakeStatus(code.value_or(StatusCode::kInvalidArgument), why));
  }
  return true;
}

void LightSession::HearUpdate(const Json& object) {
  if (object.find("online") == object.end()) return;  // What a later server may say.
  const auto user = object.find("user_id");
  if (user == object.end() || !(user->is_string() || user->is_number_integer())) return;
  parts_.book.Tell({.user_id = user->is_string() ? user->get<std::string>() : user->dump(),
                    .state = StateIn(object),
                    .text = TextIn(object, "text"),
                    .session_id = TextIn(object, "session_id")});
}

void LightSession::Confirm(std::uint64_t revision) {
  confirmed_ = std::max(confirmed_, revision);
  if (const auto list = lists_.find(revision); list != lists_.end()) parts_.book.ForgetOthers(list->second);
  lists_.erase(lists_.begin(), lists_.upper_bound(revision));
}

void LightSession::Settle() {
  was_settled_ = settled_ = true;
  parts_.book.Settle();
}

void LightSession::Lose(std::string_view why) {
  End(Phase::kLost, MakeStatus(StatusCode::kUnavailable, why));
}

void LightSession::Refuse(Status why) { End(Phase::kRefused, std::move(why)); }

void LightSession::GiveUp() {
  if (parts_.wishes.signs_off) return SignedOff();
  Lose("the presence server has not answered for " + std::to_string(kPatience.count()) + " s");
}

void LightSession::End(Phase phase, Status why) {
  phase_ = phase;
  why_ = std::move(why);
}

}  // namespace oofgg::internal
