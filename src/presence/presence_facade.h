#pragma once

#include <memory>

#include "oofgg/caller.h"
#include "oofgg/model/presence.h"
#include "oofgg/stream.h"
#include "presence/presence_hub.h"

namespace oofgg::presence {

/// `oofgg.v1.PresenceService` without its wire. Threads: safe. `hub` outlives it and its streams.
class PresenceFacade {
 public:
  explicit PresenceFacade(PresenceHub& hub) : hub_(hub) {}

  /// Opens a stream, which is one live connection of the caller: they are online from the first message on,
  /// until they sign off, or until the grace is over after the stream was lost. `friends` in a message
  /// replaces the list; each member of it is reported once, offline ones too, and then on every change,
  /// `status` what others see. After a sign-off the stream is silent; a message without `sign_off` comes
  /// online again, with the list it brings.
  ///
  /// Errors: kUnauthenticated without a caller. The stream ends with kInvalidArgument (over 5,000 friends, an
  /// id not of 1 to 128 bytes, a bad status) or kResourceExhausted (this server holds too many lists).
  [[nodiscard]] StatusOr<StreamHandlerPtr<PresenceRequest, PresenceUpdate>> Connect(
      const CallContext& context, std::shared_ptr<StreamHost> host);

  /// The same for who says one thing only: `first` is the message. A sign-off is kInvalidArgument.
  [[nodiscard]] StatusOr<StreamHandlerPtr<PresenceRequest, PresenceUpdate>> Watch(
      const CallContext& context, const PresenceRequest& first, std::shared_ptr<StreamHost> host);

 private:
  PresenceHub& hub_;
};

}  // namespace oofgg::presence
