#include "net/tls/tls_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "oofgg/log.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/support/test_ca.h"

namespace oofgg::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ReplaceFile;
using testing::TestCa;
using testing::TestCertificate;
using testing::TestTlsFiles;

std::string RsaKey() {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(memory, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  EVP_PKEY_free(key);
  return pem;
}

class TlsSourceTest : public ::testing::Test {
 protected:
  TlsSourceTest() {
    SetLogSink([this](LogLevel level, std::string_view, std::string_view message) {
      const std::lock_guard lock(mutex_);
      if (level == LogLevel::kWarning) warnings_.emplace_back(message);
    });
  }
  ~TlsSourceTest() override { SetLogSink(nullptr); }

  [[nodiscard]] StatusOr<std::shared_ptr<TlsSource>> Open() const {
    return TlsSource::Open({.certificate = files_.certificate, .key = files_.key, .client_ca = client_ca_},
                           clock_);
  }
  void Wait() { clock_.Advance(TlsSource::kLookInterval); }

  TestCa ca_;
  TestCertificate first_ = ca_.Issue("first");
  TestTlsFiles files_{first_};
  std::string client_ca_;
  testing::FakeClock clock_{std::chrono::system_clock::now()};
  std::mutex mutex_;
  std::vector<std::string> warnings_;
};

TEST_F(TlsSourceTest, ReadsWhatItIsTold) {
  const auto source = Open();
  ASSERT_TRUE(source.ok()) << source.status();
  const auto identity = (*source)->Current();
  EXPECT_EQ(identity->certificate_pem, first_.certificate);
  EXPECT_EQ(identity->key_pem, first_.key);
  EXPECT_EQ(identity->client_ca_pem, "");
  EXPECT_NE(identity->context, nullptr);
  const auto left = identity->expires - clock_.WallNow();
  EXPECT_GT(left, std::chrono::minutes(59));
  EXPECT_LT(left, std::chrono::minutes(61));
}

struct BadFile {
  const char* what;
  const std::string TestTlsFiles::*file;
  std::string content;
  const char* said;
};

class TlsFaultTest : public TlsSourceTest {
 protected:
  std::vector<BadFile> Faults() {
    const std::string other_key = ca_.Issue("other").key;
    const std::string expired = ca_.Issue("late", std::chrono::seconds(-60)).certificate;
    const std::string half = first_.certificate.substr(0, first_.certificate.size() / 2);
    return {
        {"an empty certificate", &TestTlsFiles::certificate, "", "is not a PEM certificate"},
        {"half a certificate", &TestTlsFiles::certificate, half, "is not a PEM certificate"},
        {"a key for a certificate", &TestTlsFiles::certificate, first_.key, "is not a PEM certificate"},
        {"a huge certificate", &TestTlsFiles::certificate, std::string(5'000'000, 'x'), "is too large"},
        {"another's certificate", &TestTlsFiles::certificate, ca_.Issue("x").certificate, "do not match"},
        {"an expired certificate", &TestTlsFiles::certificate, expired, "match"},
        {"an empty key", &TestTlsFiles::key, "", "is not a PEM key"},
        {"noise for a key", &TestTlsFiles::key, std::string("\0\1\2", 3), "is not a PEM key"},
        {"another's key", &TestTlsFiles::key, other_key, "do not match"},
        {"a key of another kind", &TestTlsFiles::key, RsaKey(), "do not match"},
        {"no authorities", &TestTlsFiles::client_ca, "none", "has no PEM certificate"},
    };
  }
  void WriteAllWell() {
    files_.Write(first_);
    ReplaceFile(files_.client_ca, ca_.certificate());
    client_ca_ = files_.client_ca;
  }
};

TEST_F(TlsFaultTest, AtTheStartIsNamedWithItsFile) {
  for (const BadFile& fault : Faults()) {
    SCOPED_TRACE(fault.what);
    WriteAllWell();
    ASSERT_TRUE(Open().ok());
    const std::string& path = files_.*fault.file;
    ReplaceFile(path, fault.content);
    const auto bad = Open();
    EXPECT_EQ(bad.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(bad.status().message()), HasSubstr(fault.said));
    EXPECT_THAT(std::string(bad.status().message()), HasSubstr(path));
    std::filesystem::remove(path);
    EXPECT_EQ(Open().status().code(), StatusCode::kNotFound);
  }
}

TEST_F(TlsFaultTest, LaterKeepsWhatServedAndIsToldOnce) {
  for (const BadFile& fault : Faults()) {
    SCOPED_TRACE(fault.what);
    WriteAllWell();
    const auto source = Open().value();
    const auto before = source->Current();
    warnings_.clear();
    ReplaceFile(files_.*fault.file, fault.content);
    for (int look = 0; look < 3; ++look) {
      Wait();
      EXPECT_EQ(source->Current(), before);
    }
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_THAT(warnings_[0], HasSubstr(fault.said));
    EXPECT_THAT(warnings_[0], Not(HasSubstr("BEGIN")));
    std::filesystem::remove(files_.*fault.file);
    Wait();
    EXPECT_EQ(source->Current(), before) << "gone altogether";
    EXPECT_EQ(warnings_.size(), 2U);

    WriteAllWell();
    Wait();
    EXPECT_NE(source->Current(), before) << "once it is put right";
    EXPECT_EQ(warnings_.size(), 2U);
  }
}

TEST_F(TlsSourceTest, AKeyThatOthersCanReadIsRefusedAndLaterKeepsWhatServed) {
  using std::filesystem::perms;
  const auto source = Open().value();
  const auto before = source->Current();
  for (const perms open : {perms::group_read, perms::others_read, perms::group_write}) {
    files_.Write(ca_.Issue("next"));
    std::filesystem::permissions(files_.key, open, std::filesystem::perm_options::add);
    EXPECT_EQ(Open().status().code(), StatusCode::kFailedPrecondition);
    warnings_.clear();
    for (int look = 0; look < 3; ++look) Wait();
    EXPECT_EQ(source->Current(), before);
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_THAT(warnings_[0], HasSubstr("run chmod 600 " + files_.key));
  }
  std::filesystem::permissions(files_.key, perms::owner_read | perms::owner_write);
  Wait();
  EXPECT_NE(source->Current(), before) << "once it is put right";
}

TEST_F(TlsSourceTest, AnExpiredCertificateIsRefused) {
  files_.Write(ca_.Issue("late", std::chrono::seconds(-60)));
  EXPECT_THAT(std::string(Open().status().message()), HasSubstr("has expired"));
}

TEST_F(TlsSourceTest, NewFilesCountFromTheNextLookOn) {
  const auto source = Open().value();
  const auto before = source->Current();
  const TestCertificate second = ca_.Issue("second");
  files_.Write(second);
  EXPECT_EQ(source->Current(), before) << "the file system is not asked for every connection";
  Wait();
  EXPECT_EQ(source->Current()->certificate_pem, second.certificate);
  EXPECT_EQ(before->certificate_pem, first_.certificate) << "whoever holds it goes on";
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(TlsSourceTest, FilesWrittenInPlaceCountToo) {
  const auto source = Open().value();
  const TestCertificate second = ca_.Issue("second");
  std::filesystem::path at = files_.certificate;
  ReplaceFile(files_.certificate + ".2", second.certificate);
  ReplaceFile(files_.key + ".2", second.key);
  std::filesystem::copy_file(files_.certificate + ".2", at,
                             std::filesystem::copy_options::overwrite_existing);
  Wait();
  EXPECT_EQ(source->Current()->certificate_pem, first_.certificate) << "the key is not there yet";
  std::filesystem::copy_file(files_.key + ".2", files_.key,
                             std::filesystem::copy_options::overwrite_existing);
  Wait();
  EXPECT_EQ(source->Current()->certificate_pem, second.certificate);
}

TEST_F(TlsSourceTest, ALinkThatIsTurnedElsewhereCounts) {
  // As orchestrators mount secrets: the names are links through a folder that is swapped.
  const TestTlsFiles other(ca_.Issue("second"));
  std::filesystem::path link = files_.certificate + ".link";
  std::filesystem::create_directory_symlink(std::filesystem::path(files_.certificate).parent_path(), link);
  const auto source =
      TlsSource::Open(
          {.certificate = (link / "certificate.pem").string(), .key = (link / "key.pem").string()}, clock_)
          .value();
  const auto before = source->Current();
  std::filesystem::remove(link);
  std::filesystem::create_directory_symlink(std::filesystem::path(other.certificate).parent_path(), link);
  Wait();
  EXPECT_NE(source->Current(), before);
}

TEST_F(TlsSourceTest, ManyThreadsSeeWholePairs) {
  const auto source = Open().value();
  std::atomic<bool> stop = false;
  constexpr int kReaders = 3;
  std::vector<std::thread> readers;
  readers.reserve(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      while (!stop) EXPECT_NE(source->Current()->context, nullptr);
    });
  }
  const TestCertificate second = ca_.Issue("second");
  for (int i = 0; i < 10; ++i) {
    files_.Write(i % 2 == 0 ? second : first_);
    Wait();
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  Wait();
  EXPECT_EQ(source->Current()->certificate_pem, first_.certificate);
}

}  // namespace
}  // namespace oofgg::net
