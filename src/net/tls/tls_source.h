#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "net/secure_layer.h"
#include "net/tls/tls_identity.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::net {

/// The identity that the listeners of one process show, read again when its files change, so that a
/// certificate is replaced without a restart (docs/decisions/0019-tls-reload.md). Files that cannot be used
/// leave the last good ones in place and one line in the log. Threads: safe.
class TlsSource {
 public:
  /// How long a look at the files counts: a change shows in connections begun this much later.
  static constexpr std::chrono::seconds kLookInterval{1};

  /// Reads `files` for the first time; errors as those of ReadTlsIdentity. `clock` must outlive it.
  [[nodiscard]] static StatusOr<std::shared_ptr<TlsSource>> Open(TlsFiles files, const Clock& clock);

  /// For a connection that begins now. Asks the file system, at most once in kLookInterval.
  [[nodiscard]] std::shared_ptr<const TlsIdentity> Current();

 private:
  /// What changes when a file is written or replaced.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;  ///< -1: it is not there.
    std::int64_t changed_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  using Stamps = std::array<Stamp, 3>;

  TlsSource(TlsFiles files, const Clock& clock) : files_(std::move(files)), clock_(clock) {}
  [[nodiscard]] static Stamp StampOf(const std::string& path);
  [[nodiscard]] Stamps Look() const;
  void ReadAgain();

  const TlsFiles files_;
  const Clock& clock_;
  std::mutex mutex_;  // A leaf. Guards what follows; held while files are read.
  std::shared_ptr<const TlsIdentity> current_;
  Stamps seen_{};
  TimePoint next_look_{};
};

/// TLS for the connections of a listener, each with what `source` has when it is accepted.
[[nodiscard]] SecureLayerFactory TlsLayers(std::shared_ptr<TlsSource> source);

}  // namespace oofgg::net
