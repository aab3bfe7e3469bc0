#include "net/tls/tls_source.h"

#include <sys/stat.h>

#include <utility>

#include "base/utc.h"
#include "oofgg/log.h"

namespace oofgg::net {
StatusOr<std::shared_ptr<TlsSource>> TlsSource::Open(TlsFiles files, const Clock& clock) {
  std::shared_ptr<TlsSource> source(new TlsSource(std::move(files), clock));
  // Looked at before they are read, so that a change in between is seen at the next look.
  source->seen_ = source->Look();
  OOFGG_ASSIGN_OR_RETURN(source->current_, ReadTlsIdentity(source->files_, clock.WallNow()));
  source->next_look_ = DeadlineAfter(clock.Now(), kLookInterval);
  return source;
}

std::shared_ptr<const TlsIdentity> TlsSource::Current() {
  const std::lock_guard lock(mutex_);
  if (const TimePoint now = clock_.Now(); now >= next_look_) {
    next_look_ = DeadlineAfter(now, kLookInterval);
    if (const Stamps stamps = Look(); stamps != seen_) {
      seen_ = stamps;
      ReadAgain();
    }
  }
  return current_;
}

void TlsSource::ReadAgain() {
  auto identity = ReadTlsIdentity(files_, clock_.WallNow());
  if (!identity.ok()) {
    const auto why = identity.status().message();
    Log(LogLevel::kWarning, "tls",
        "keeping the last certificate: " + std::string(why.data(), why.size()) + "; put it right");
    return;
  }
  current_ = *std::move(identity);
  Log(LogLevel::kInfo, "tls", "new certificate from now on, valid until " + FormatUtc(current_->expires));
}

TlsSource::Stamp TlsSource::StampOf(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return {};
  return {.device = info.st_dev,
          .inode = info.st_ino,
          .size = info.st_size,
          .changed_ns = std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec};
}

TlsSource::Stamps TlsSource::Look() const {
  return {StampOf(files_.certificate), StampOf(files_.key), StampOf(files_.client_ca)};
}

}  // namespace oofgg::net
