#include "engine/certificate_bundle.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "support/certificates.h"
#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

using test_support::CertificateAuthority;

struct Free {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};

class CertificateBundle : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string file = (folder_.path() / "bundle.pem").string();
    std::ofstream(file) << text;
    return file;
  }
  bool add(const std::string& text) { return add_certificate_bundle(store_.get(), write(text)); }

  static std::unique_ptr<X509, Free> certificate_of(const std::string& pem) {
    const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return std::unique_ptr<X509, Free>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  }

  bool trusts(const CertificateAuthority& authority) {
    const auto leaf = certificate_of(authority.issue({"DNS:localhost"}).certificate_pem);
    const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store_.get(), leaf.get(), nullptr);
    return X509_verify_cert(context.get()) == 1;
  }

  test_support::TemporaryFolder folder_;
  std::unique_ptr<X509_STORE, Free> store_{X509_STORE_new()};
};

TEST_F(CertificateBundle, trusts_what_any_of_its_certificates_has_signed_and_nothing_else) {
  const CertificateAuthority first, second, stranger;
  ASSERT_TRUE(add("# the first\n" + first.certificate_pem() + "\nthe second:\n" + second.certificate_pem()));
  EXPECT_TRUE(trusts(first));
  EXPECT_TRUE(trusts(second));
  EXPECT_TRUE(trusts(first)) << "when the certificate has been decoded already";
  EXPECT_FALSE(trusts(stranger));
}

TEST_F(CertificateBundle, decodes_only_what_is_asked_for) {
  const CertificateAuthority wanted, other;
  ASSERT_TRUE(add(other.certificate_pem() + wanted.certificate_pem() + other.certificate_pem()));
  const auto held = [this] { return sk_X509_OBJECT_num(X509_STORE_get0_objects(store_.get())); };
  EXPECT_EQ(held(), 0);
  EXPECT_TRUE(trusts(wanted));
  EXPECT_LE(held(), 2);  // the test's authorities have one name in common
}

TEST_F(CertificateBundle, is_refused_when_it_holds_no_certificate) {
  EXPECT_FALSE(add(""));
  EXPECT_FALSE(add("-----BEGIN CERTIFICATE-----\nMIIB\n"));
  EXPECT_FALSE(add("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(add_certificate_bundle(store_.get(), (folder_.path() / "missing.pem").string()));
}

TEST_F(CertificateBundle, with_other_things_in_it_is_read_whole) {
  const CertificateAuthority authority;
  const auto key = authority.issue({"DNS:localhost"}).key_pem;
  ASSERT_TRUE(add(key + authority.certificate_pem()));
  EXPECT_TRUE(trusts(authority));
}

TEST_F(CertificateBundle, a_store_takes_one) {
  const CertificateAuthority authority;
  ASSERT_TRUE(add(authority.certificate_pem()));
  EXPECT_FALSE(add(authority.certificate_pem()));
}

TEST_F(CertificateBundle, for_later_is_read_when_the_store_lacks_what_is_looked_for) {
  const CertificateAuthority held("held"), wanted("wanted"), stranger("stranger");
  X509_STORE_add_cert(store_.get(), certificate_of(held.certificate_pem()).get());
  const std::string file = write("");
  ASSERT_TRUE(add_certificate_bundle_for_later(store_.get(), file));
  std::ofstream(file) << wanted.certificate_pem();  // not read yet
  EXPECT_TRUE(trusts(wanted));
  EXPECT_TRUE(trusts(held));
  EXPECT_FALSE(trusts(stranger));
  std::filesystem::remove(file);
  EXPECT_TRUE(trusts(wanted)) << "it was read once";
}

TEST_F(CertificateBundle, for_later_can_be_read_before) {
  const CertificateAuthority authority;
  const std::string file = write(authority.certificate_pem());
  ASSERT_TRUE(add_certificate_bundle_for_later(store_.get(), file));
  read_certificate_bundle(store_.get());
  std::filesystem::remove(file);
  EXPECT_TRUE(trusts(authority));
}

TEST_F(CertificateBundle, for_later_with_other_things_in_it_is_found_in_at_once) {
  const CertificateAuthority authority;
  const auto key = authority.issue({"DNS:localhost"}).key_pem;
  ASSERT_TRUE(add_certificate_bundle_for_later(store_.get(), write(key + authority.certificate_pem())));
  EXPECT_TRUE(trusts(authority));
}

TEST_F(CertificateBundle, for_later_that_holds_nothing_is_a_certificate_that_is_not_found) {
  const CertificateAuthority authority;
  EXPECT_FALSE(add_certificate_bundle_for_later(store_.get(), (folder_.path() / "missing.pem").string()));
  EXPECT_FALSE(add_certificate_bundle_for_later(store_.get(), folder_.path().string()));
  ASSERT_TRUE(add_certificate_bundle_for_later(store_.get(), write("!!!!")));
  EXPECT_FALSE(trusts(authority));
  EXPECT_FALSE(trusts(authority));
}

}  // namespace
}  // namespace pagehaul
