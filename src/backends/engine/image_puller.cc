#include "backends/engine/image_puller.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/encoding.h"
#include "oofgg/log.h"

namespace oofgg::backends {
namespace {

// Extracting a large layer takes minutes without a word.
constexpr std::chrono::minutes kSilence{5};

/// The engine hands a registry's answer on as trouble of its own, so only words tell.
bool IsRefusal(const Status& why) {
  if (absl::IsNotFound(why) || absl::IsPermissionDenied(why) || absl::IsInvalidArgument(why)) return true;
  const std::string_view message(why.message().data(), why.message().size());
  for (const std::string_view sign :
       {"unauthorized", "denied", "no basic auth", "manifest unknown", "not found"}) {
    if (message.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

/// What a caller can do about it: whatever is the fault of the settings stays one.
Status CannotPull(const std::string& image, const Status& why) {
  const bool settings = IsRefusal(why);
  return MakeStatus(settings ? StatusCode::kFailedPrecondition : StatusCode::kUnavailable,
                    "IMAGE_TO_PULL '" + image + "' cannot be pulled: " + std::string(why.message()));
}

}  // namespace

StatusOr<PullPolicy> ParsePullPolicy(std::string_view text) {
  if (text == "always") return PullPolicy::kAlways;
  if (text == "missing") return PullPolicy::kMissing;
  if (text == "never") return PullPolicy::kNever;
  return MakeStatus(StatusCode::kInvalidArgument,
                    "IMAGE_PULL_POLICY is 'always', 'missing' or 'never', not '" + std::string(text) + "'");
}

StatusOr<ImageReference> ParseImage(std::string_view image) {
  if (image.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "IMAGE_TO_PULL is not set; it names the image of the game server");
  }
  constexpr std::string_view kKnown = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:@";
  if (image.find_first_not_of(kKnown) != std::string_view::npos ||
      image.find("..") != std::string_view::npos || image.front() == '/' || image.back() == '/') {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "IMAGE_TO_PULL: '" + std::string(image) + "' is not the name of an image");
  }
  ImageReference reference{.name = std::string(image), .tag = "latest", .registry = "docker.io"};
  const auto slash = image.find('/');
  const auto host = image.substr(0, slash == std::string_view::npos ? 0 : slash);
  if (host.find_first_of(".:") != std::string_view::npos || host == "localhost") reference.registry = host;
  auto cut = image.find('@');
  if (cut == std::string_view::npos) {
    cut = image.rfind(':');
    const auto last_slash = image.rfind('/');
    if (last_slash != std::string_view::npos && cut != std::string_view::npos && cut < last_slash) {
      cut = std::string_view::npos;  // The registry's port.
    }
  }
  if (cut != std::string_view::npos) {
    reference.name = image.substr(0, cut);
    reference.tag = image.substr(cut + 1);
  }
  return reference;
}

std::string RegistryAuth(const std::string& username, const std::string& password,
                         const std::string& registry) {
  const nlohmann::json json{{"username", username}, {"password", password}, {"serveraddress", registry}};
  std::string value = base::Base64UrlEncode(
      json.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace));
  while (value.size() % 4 != 0) value += '=';  // Older engines want it whole.
  return value;
}

void ImagePuller::Ensure(OnReady on_ready) {
  if (ready_) return on_ready(absl::OkStatus());
  waiting_.push_back(std::move(on_ready));
  if (waiting_.size() > 1) return;
  if (options_.policy == PullPolicy::kAlways) return Pull();
  Look(absl::OkStatus());
}

/// Whether it is there; `pulled` says why that is not known already, and is OK before any pull.
void ImagePuller::Look(const Status& pulled) {
  engine_.Call({.path = "/images/" + options_.image + "/json"},
               [this, pulled](const StatusOr<std::string>& body) {
                 if (body.ok()) {
                   if (!pulled.ok()) {
                     Log(LogLevel::kWarning, "backends",
                         std::string(pulled.message()) + "; the image that is there already serves");
                   }
                   return Done(absl::OkStatus());
                 }
                 if (!pulled.ok()) return Done(pulled);
                 if (!absl::IsNotFound(body.status())) return Done(body.status());
                 if (options_.policy == PullPolicy::kMissing) return Pull();
                 Done(MakeStatus(StatusCode::kFailedPrecondition,
                                 "IMAGE_TO_PULL '" + options_.image +
                                     "' is not on the Docker host, and IMAGE_PULL_POLICY is never"));
               });
}

void ImagePuller::Pull() {
  Log(LogLevel::kInfo, "backends", "pulls the image " + options_.image);
  const auto progress = std::make_shared<PullProgress>(options_.image, clock_.Now());
  EngineCall call{.method = "POST",
                  .path = "/images/create?fromImage=" + QueryValue(reference_.name) +
                          "&tag=" + QueryValue(reference_.tag),
                  .timeout = std::chrono::milliseconds(0),
                  .on_data = [progress, &clock = clock_](
                                 std::string_view piece) { return progress->Feed(piece, clock.Now()); },
                  .stall_timeout = kSilence};
  if (!options_.username.empty()) {
    call.headers.emplace_back("X-Registry-Auth",
                              RegistryAuth(options_.username, options_.password, reference_.registry));
  }
  engine_.Call(std::move(call), [this, progress](const StatusOr<std::string>& body) {
    Status status = body.status();
    if (status.ok() && !progress->error().empty()) {
      status = MakeStatus(StatusCode::kUnavailable, progress->error());
    }
    if (status.ok()) {
      Log(LogLevel::kInfo, "backends", "has the image " + options_.image + ": " + progress->Summary());
      return Done(status);
    }
    const Status why = CannotPull(options_.image, status);
    if (options_.policy != PullPolicy::kAlways) return Done(why);
    Look(why);
  });
}

void ImagePuller::Done(const Status& status) {
  ready_ = status.ok();
  for (OnReady& on_ready : std::exchange(waiting_, {})) on_ready(status);
}

}  // namespace oofgg::backends
