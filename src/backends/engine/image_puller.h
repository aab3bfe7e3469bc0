#pragma once

#include <absl/functional/any_invocable.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/engine/engine_client.h"
#include "backends/engine/pull_progress.h"
#include "oofgg/clock.h"

namespace oofgg::backends {

enum class PullPolicy { kAlways, kMissing, kNever };

/// `always`, `missing` or `never`. Errors: kInvalidArgument naming IMAGE_PULL_POLICY.
[[nodiscard]] StatusOr<PullPolicy> ParsePullPolicy(std::string_view text);

struct ImageOptions {
  std::string image;  ///< IMAGE_TO_PULL: `[HOST[:PORT]/]NAME[:TAG|@DIGEST]`.
  PullPolicy policy = PullPolicy::kAlways;
  std::string username{};  ///< For its registry; empty: none.
  std::string password{};  ///< Never logged.
};

/// Name, and tag or digest, as `POST /images/create` takes them: without a tag it would pull all there are.
struct ImageReference {
  std::string name;
  std::string tag;
  std::string registry;  ///< `docker.io` where the name has none.

  friend bool operator==(const ImageReference&, const ImageReference&) = default;
};

/// Errors: kInvalidArgument naming IMAGE_TO_PULL (empty, or characters that no reference has).
[[nodiscard]] StatusOr<ImageReference> ParseImage(std::string_view image);

/// The value of X-Registry-Auth.
[[nodiscard]] std::string RegistryAuth(const std::string& username, const std::string& password,
                                       const std::string& registry);

/// Sees to it that an image is on the engine's host: pulls it once, by its policy, however many wait for it.
/// With kAlways an image that is there already serves, with a warning, when it cannot be pulled.
/// Threads: on the client's strand. Lifetime: as `EngineClient`'s callbacks.
/// Errors: kFailedPrecondition (not there, and not to be pulled, or refused), kUnavailable.
class ImagePuller {
 public:
  using OnReady = absl::AnyInvocable<void(Status)>;

  ImagePuller(EngineClient& engine, ImageOptions options, ImageReference reference, const Clock& clock)
      : engine_(engine), options_(std::move(options)), reference_(std::move(reference)), clock_(clock) {}

  void Ensure(OnReady on_ready);

  /// It was found to be missing after all.
  void Forget() { ready_ = false; }

 private:
  void Look(const Status& pulled);
  void Pull();
  void Done(const Status& status);

  EngineClient& engine_;
  const ImageOptions options_;
  const ImageReference reference_;
  const Clock& clock_;
  bool ready_ = false;
  std::vector<OnReady> waiting_;
};

}  // namespace oofgg::backends
