#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fstream>

#include "oofgg/auth/jwks.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/auth/file_mode.h"
#include "tests/unit/auth/token_forge.h"

namespace oofgg::auth {
namespace {

using ::oofgg::testing::TemporaryDirectory;
using std::filesystem::perms;
using testing::ModeOf;

TEST(SigningKeyTest, SignsWhatItsPublicHalfVerifies) {
  const SigningKey key = SigningKey::Generate().value();
  const std::string signature = key.Sign("message").value();
  EXPECT_EQ(signature.size(), 64U);
  EXPECT_TRUE(key.verifying_key().Verifies("message", signature));
  EXPECT_FALSE(key.verifying_key().Verifies("massage", signature));
  EXPECT_FALSE(SigningKey::Generate().value().verifying_key().Verifies("message", signature));
}

TEST(SigningKeyTest, EachAlgorithmSignsInTheFormOfAJws) {
  const std::pair<KeyAlgorithm, std::size_t> kinds[] = {
      {KeyAlgorithm::kEdDsa, 64}, {KeyAlgorithm::kEs256, 64}, {KeyAlgorithm::kHs256, 32}};
  for (const auto& [algorithm, size] : kinds) {
    const SigningKey key = SigningKey::Generate(algorithm).value();
    // Often enough that some r or s begins with a zero byte, which must be there all the same.
    for (int i = 0; i < 300; ++i) {
      const std::string message = std::to_string(i);
      const std::string signature = key.Sign(message).value();
      ASSERT_EQ(signature.size(), size);
      ASSERT_TRUE(key.verifying_key().Verifies(message, signature));
      ASSERT_FALSE(key.verifying_key().Verifies(message + "x", signature));
    }
  }
  EXPECT_EQ(SigningKey::Generate(KeyAlgorithm::kRs256).status().code(), StatusCode::kInvalidArgument);
}

TEST(SigningKeyTest, AP256KeySurvivesItsFile) {
  const TemporaryDirectory directory;
  const SigningKey key = SigningKey::Generate(KeyAlgorithm::kEs256).value();
  ASSERT_TRUE(key.SaveFile(directory / "key.pem").ok());
  const SigningKey loaded = SigningKey::LoadFile(directory / "key.pem").value();
  EXPECT_EQ(loaded.kid(), key.kid());
  EXPECT_TRUE(key.verifying_key().Verifies("m", loaded.Sign("m").value()));
}

TEST(SigningKeyTest, ASecretIsLongEnoughAndNeverShown) {
  EXPECT_EQ(SigningKey::FromSecret(std::string(31, 's')).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(SigningKey::FromSecret(std::string(513, 's')).status().code(), StatusCode::kInvalidArgument);
  const SigningKey key = SigningKey::FromSecret(std::string(32, 's'), "legacy").value();
  EXPECT_EQ(key.kid(), "legacy");
  EXPECT_TRUE(key.verifying_key().is_secret());
  EXPECT_EQ(key.verifying_key().ToJwk(), "");
  EXPECT_EQ(Jwks::Of({key.verifying_key()})->ToJson(), R"({"keys":[]})");
  EXPECT_EQ(key.ToPem().status().code(), StatusCode::kFailedPrecondition);
}

TEST(SigningKeyTest, FailedChecksLeaveNothingInTheErrorQueue) {
  const SigningKey key = SigningKey::Generate().value();
  ASSERT_FALSE(key.verifying_key().Verifies("message", std::string(64, '\x7f')));
  ASSERT_FALSE(SigningKey::FromPem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").ok());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(SigningKeyTest, SurvivesItsFileAndKeepsItPrivate) {
  const TemporaryDirectory directory;
  const SigningKey key = SigningKey::Generate().value();
  ASSERT_TRUE(key.SaveFile(directory / "key.pem").ok());
  EXPECT_EQ(ModeOf(directory / "key.pem"), perms::owner_read | perms::owner_write);
  const SigningKey loaded = SigningKey::LoadFile(directory / "key.pem").value();
  EXPECT_EQ(loaded.kid(), key.kid());
  EXPECT_EQ(loaded.Sign("m").value(), key.Sign("m").value());
}

TEST(SigningKeyTest, NeverReplacesAFile) {
  const TemporaryDirectory directory;
  const SigningKey key = SigningKey::Generate().value();
  ASSERT_TRUE(key.SaveFile(directory / "key.pem").ok());
  EXPECT_EQ(SigningKey::Generate().value().SaveFile(directory / "key.pem").code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(SigningKey::LoadFile(directory / "key.pem").value().kid(), key.kid());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory / ""), {}), 1)
      << "a draft was left behind";
}

TEST(SigningKeyTest, RefusesAFileThatOthersCanRead) {
  const TemporaryDirectory directory;
  const std::string path = directory / "key.pem";
  ASSERT_TRUE(SigningKey::Generate().value().SaveFile(path).ok());
  for (const perms open : {perms::group_read, perms::others_read, perms::group_write, perms::others_write}) {
    std::filesystem::permissions(path, perms::owner_read | perms::owner_write | open);
    const Status status = SigningKey::LoadFile(path).status();
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("chmod 600 " + path));
  }
}

TEST(SigningKeyTest, SaysThatAFileIsNotThere) {
  const TemporaryDirectory directory;
  EXPECT_EQ(SigningKey::LoadFile(directory / "none.pem").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(SigningKey::LoadFile(directory / "").status().code(), StatusCode::kFailedPrecondition);
}

std::string PemOf(EVP_PKEY* pkey, const EVP_CIPHER* cipher) {
  BIO* bio = BIO_new(BIO_s_mem());
  char passphrase[] = "secret";
  PEM_write_bio_PKCS8PrivateKey(bio, pkey, cipher, passphrase, cipher == nullptr ? 0 : 6, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(pkey);
  return pem;
}

TEST(SigningKeyTest, RefusesWhatIsNoPlainKeyOfOurs) {
  const std::string good = SigningKey::Generate().value().ToPem().value();
  const std::vector<std::string> bad = {
      "",
      "key",
      good.substr(0, good.size() / 2),
      testing::Replaced(good, "PRIVATE", "PUBLIC"),
      std::string(20 * 1024, 'A'),
      PemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"), nullptr),
      PemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}), nullptr),
      PemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"), nullptr),
      PemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_aes_128_cbc()),  // Must not ask the terminal.
  };
  for (const std::string& pem : bad) {
    EXPECT_EQ(SigningKey::FromPem(pem).status().code(), StatusCode::kInvalidArgument) << pem;
  }
  EXPECT_TRUE(SigningKey::FromPem(good).ok());
  EXPECT_EQ(SigningKey::FromEd25519Seed(std::string(31, 's')).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyingKey::FromEd25519(std::string(33, 'p')).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace oofgg::auth
